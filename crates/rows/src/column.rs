//! What is known of the rows of reports, as data.

/// A report type and its rows.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Report {
    /// Amazon's name, such as `GET_SALES_AND_TRAFFIC_REPORT`.
    pub name: &'static str,
    /// Its kinds of rows. A table has one.
    pub rows: &'static [&'static RowType],
}

/// A kind of rows: what a structure such as [`OpenListingRow`](crate::OpenListingRow) is generated from.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct RowType {
    /// The report type. Other types may have the same rows: [`REPORTS`](crate::REPORTS) lists all.
    pub report_type: &'static str,
    /// The name of the structure.
    pub name: &'static str,
    /// How the report is written.
    pub format: Format,
    /// The columns, in their usual order.
    pub columns: &'static [Column],
    /// Whether the columns of a header that has no known name are known by their position.
    pub by_position: bool,
    /// For JSON and XML, the path of the list or the elements that hold the rows.
    pub at: Option<&'static str>,
    /// For JSON and XML, the path below [`at`](field@Self::at) of a list that has a row for each element. `None` if each
    /// element of `at` is a row.
    pub each: Option<&'static str>,
}

/// How a report is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// A table separated by tabs.
    Tsv,
    /// A table separated by commas.
    Csv,
    /// JSON.
    Json,
    /// XML.
    Xml,
}

/// A column of a report.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Column {
    /// The English name, as Amazon writes it. In JSON and XML the path below [`RowType::at`](field@RowType::at), such as
    /// `salesByDate.unitsOrdered` or `Amount@currency`.
    pub name: &'static str,
    /// The name of the structure's field, unique among the columns.
    pub field: &'static str,
    /// What the values are.
    pub kind: Kind,
    /// Whether a row may lack the value, so that the field is an `Option`. If not, the field is a text, which is empty
    /// where the document has none.
    pub nullable: bool,
    /// Whether all known layouts of the report have the column.
    pub required: bool,
    /// Whether it is a part of the key, which tells a row from all others of its report. Without any such column no key
    /// is known.
    pub key: bool,
    /// Which part of its dates comes first, if it is not known from the date itself.
    pub order: Option<Order>,
    /// Values that are known. There may be others.
    pub values: &'static [&'static str],
    /// Other English names.
    pub also: &'static [&'static str],
    /// The names in other languages, as language tag and name.
    pub headers: &'static [(&'static str, &'static str)],
}

/// What the values of a column are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// Text.
    Text,
    /// An id: a text, even if it has only digits.
    Id,
    /// A whole number.
    Integer,
    /// An exact number.
    Decimal,
    /// An exact number, with the decimal mark of the marketplace.
    LocalDecimal,
    /// Yes or no.
    Boolean,
    /// A date.
    Date,
    /// A date and time.
    DateTime,
}

/// Which part of a date such as `08/07/2016` comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Order {
    /// The day, then the month.
    DayFirst,
    /// The month, then the day.
    MonthFirst,
    /// What the marketplace is used to.
    Marketplace,
}

impl RowType {
    pub(crate) const fn new(
        report_type: &'static str,
        name: &'static str,
        format: Format,
        columns: &'static [Column],
    ) -> Self {
        Self { report_type, name, format, columns, by_position: false, at: None, each: None }
    }

    pub(crate) const fn by_position(mut self) -> Self {
        self.by_position = true;
        self
    }

    pub(crate) const fn at(mut self, path: &'static str) -> Self {
        self.at = Some(path);
        self
    }

    pub(crate) const fn each(mut self, path: &'static str) -> Self {
        self.each = Some(path);
        self
    }
}

impl Column {
    pub(crate) const fn new(name: &'static str, field: &'static str, kind: Kind) -> Self {
        Self {
            name,
            field,
            kind,
            nullable: !matches!(kind, Kind::Text | Kind::Id),
            required: true,
            key: false,
            order: None,
            values: &[],
            also: &[],
            headers: &[],
        }
    }

    pub(crate) const fn optional(mut self) -> Self {
        self.nullable = true;
        self.required = false;
        self
    }

    pub(crate) const fn key(mut self) -> Self {
        self.key = true;
        self
    }

    pub(crate) const fn order(mut self, order: Order) -> Self {
        self.order = Some(order);
        self
    }

    pub(crate) const fn values(mut self, values: &'static [&'static str]) -> Self {
        self.values = values;
        self
    }

    pub(crate) const fn also(mut self, names: &'static [&'static str]) -> Self {
        self.also = names;
        self
    }

    pub(crate) const fn headers(mut self, headers: &'static [(&'static str, &'static str)]) -> Self {
        self.headers = headers;
        self
    }
}
