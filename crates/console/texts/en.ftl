### The texts of the console

# Everywhere
brand = spapi console
skip = Skip to content
made-up = Demo (a made-up shop)
language = Language
details = Details
required = required
go-on = Continue
save = Save
enter = Log in
password = Password
pages = Pages
back-home = Back to the connections

# Entrance
closed = Open the console by the link that `spapi console` prints when it starts. The link works once. If it no longer works, start `spapi console` again.
password-title = Log in
password-wrong = The password is wrong.
password-too-often = Too many wrong passwords. Wait a minute and try again.
refused-title = Request refused
refused-host = The console does not answer to this address. Use the one that `spapi console` printed when it started.
refused-origin = The form may come from another site, so it was refused. Open this page again and retry.
refused-token = This page has expired. Open it again and retry. Nothing was saved.
refused-length = The form is too large.
failed-title = Error
missing-page = This page does not exist.
missing-connection = This connection does not exist. Its file may have been removed or renamed.
broken-connection = The file of this connection has an error and cannot be read. Correct the file and open the page again.
broken-folder = The folder with the connections cannot be read.
not-saved = The settings could not be saved. Nothing was changed.

# List
connections = Connections
no-connections = There is no connection yet. Four steps lead to your Amazon data:
step-settings = Settings: enter the account and its credentials.
step-objects = Objects: choose the data to read.
step-plan = Plan: see which periods are read, in how many parts.
step-run = Run: read the data. You can stop at any time, and the next run continues.
new-connection = New connection
folder = Files are stored in
objects-count = { $count ->
    [one] { $shown } object
   *[other] { $shown } objects
}

# Tabs
tab-overview = Data
tab-plan = Plan
tab-run = Run
tab-charts = Charts
tab-objects = Objects
tab-settings = Settings

# Settings
settings-about = Enter what Seller Central or Vendor Central shows. The required fields and the credentials are enough.
settings-required = Basics
settings-credentials = Credentials
settings-optional = Optional settings
credentials-not-needed = The demo needs no credentials: it reads from a made-up shop.
credentials-stored = The credentials are stored. Enter only what changes. Stored values are never shown.
credentials-unreadable = The file with the credentials cannot be read. Enter all three again.
credentials-elsewhere = The credentials come from the environment or a profile. Enter all three here to use those instead.
secret-kept = Entered, and not shown for safety. Enter it again only to change it.
to-objects = Continue to the objects
back-to-settings = Back to the settings
saved-settings = The settings are saved.

label-name = Connection name
help-name = The name in the list. No two connections can have the same one. It cannot be changed later.
label-environment = AWS environment
help-environment = Production, in most cases.
environment-production = Production (PRODUCTION)
environment-sandbox = Amazon's sandbox (SANDBOX)
label-region = Region
help-region = The country of the marketplace.
label-account = Account type
help-account = Seller if you sell on Amazon, Vendor if you sell to Amazon.
account-seller = Seller
account-vendor = Vendor
label-client-id = LWA client ID
help-client-id = On the page of your application in the developer console, under LWA credentials. It begins with amzn1.application-oa2-client. and is not the app ID.
label-client-secret = LWA client secret
help-client-secret = It belongs to the client ID and is in the same place.
label-refresh-token = Refresh token
help-refresh-token = It begins with Atzr| and is issued when the application is authorized. Without one, use "Sign in with Amazon" below.
label-app-id = App ID
help-app-id = The ID of the application itself, which begins with amzn1.sp.solution. or amzn1.sellerapps. "Sign in with Amazon" needs it.
label-zone = Time zone of the times below
help-zone = The zone in which you enter the two times below. They are converted to UTC when you save, so you need not calculate.
zone-shop = Local time ({ $country })
zone-utc = UTC
label-start = Start date
help-start = Earlier data are not read. Empty: from two years ago. Examples: 2026-01-01, 2026-01-01 09:00
label-end = End date
help-end = Data from this time on are not read. Leave it empty to read up to now, always.
time-converted = UTC: { $utc } / local time ({ $country }): { $local }
label-period = Period in days
help-period = The days of one part of a long period, 1 to 3660. 90 suits most. An object with a lower limit uses its limit.
label-report-options = Report options
help-report-options = Usually empty. One line for each report: its name, then name=value for each option. Example: GET_LEDGER_SUMMARY_VIEW_DATA aggregatedByTimePeriod=DAILY
label-wait = Wait between requests
help-wait = Spaces the requests for reports evenly. Amazon's quotas are kept in any case.

# What is wrong
fault-mark = Error:
faults = { $count ->
    [one] { $shown } field needs a correction.
   *[other] { $shown } fields need a correction.
}
fault-empty = Enter a value.
fault-choose = Choose one of the list.
fault-name = Enter at most 63 characters, without slashes and line breaks.
fault-name-taken = Another connection has this name. Choose another one.
fault-client-id = This is not a client ID. It begins with amzn1.application-oa2-client.
fault-client-id-is-app-id = This is the app ID. Enter the LWA client ID, which begins with amzn1.application-oa2-client.
fault-client-id-is-secret = This is a secret or a token. Enter the LWA client ID, which begins with amzn1.application-oa2-client.
fault-secret-is-id = This is an ID. Enter the LWA client secret.
fault-secret-is-token = This is a token. Enter the LWA client secret.
fault-token = This is not a refresh token. It begins with Atzr|
fault-token-missing = Enter the refresh token, or get one by "Sign in with Amazon".
fault-token-is-access-token = This is an access token (Atza|). Enter the refresh token, which begins with Atzr|
fault-app-id = This is not an app ID. It begins with amzn1.sp.solution. or amzn1.sellerapps.app.
fault-app-id-is-client-id = This is the LWA client ID. Enter the app ID, which begins with amzn1.sp.solution. or amzn1.sellerapps.
fault-app-id-is-secret = This is a secret or a token. Enter the app ID.
fault-time = This is not a date or time. Enter it as 2026-01-01 or 2026-01-01 09:00.
fault-year = Enter a time between 1995 and 2099.
fault-start-in-future = The start is in the future. Enter a time before now.
fault-end-before-start = The end must be after the start.
fault-period = Enter a whole number from 1 to 3660.
fault-options = This line cannot be read: { $line }
fault-refused = A connection cannot have this value. See the details.
fault-no-objects = Choose at least one object.

# Sign in
sign-in = Sign in with Amazon
sign-in-help = Opens Amazon's consent page, which issues the refresh token. Enter the client ID, the client secret and the app ID first. What you have entered is kept.
sign-in-about = Log in on Amazon's page and authorize the application. Come back here within 5 minutes after that.
sign-in-go = Open Amazon's consent page
sign-in-redirect = Amazon sends you back to this address, which must be one of the application's OAuth redirect URIs:
sign-in-directly = To come back automatically, register this address as an OAuth redirect URI of the application and choose this:
sign-in-published = The application is published and no longer a draft
sign-in-step-open = Open Amazon's consent page in a new tab and authorize the application.
sign-in-step-paste = Copy the whole address (URL) of the page that then appears, and paste it here.
sign-in-take = Finish the sign-in
sign-in-missing = Enter these in the settings first:
sign-in-needs-app-id = the app ID, which begins with amzn1.sp.solution. or amzn1.sellerapps.
sign-in-needs-client-id = the LWA client ID, which begins with amzn1.application-oa2-client.
sign-in-needs-client-secret = the LWA client secret
sign-in-failed = The sign-in did not succeed. Go back to the settings and try again.
sign-in-unknown = This sign-in is finished already, or has expired. Begin it again in the settings.
signed-in-as = Signed in. The refresh token was issued for the seller { $seller }.

# Check
check-title = Check of the connection
check-button = Check the connection
check-help = Makes a few calls to check the credentials and the permissions. Nothing is changed.
check-good = No problem was found.
check-too-long = The check took more than a minute. It may wait for a quota of Amazon. Try again later.
check-credentials-good = Amazon accepts the credentials.
check-credentials-bad = Amazon could not be called with these credentials.
check-sells = { $country }: the account sells there.
check-sells-not = { $country }: the account does not sell there, so there are no data.
check-reports = { $country }: reports can be read.
check-reports-not = { $country }: reports cannot be read.
check-roles = For the chosen objects, the application needs one of these roles:

# Objects
objects-title = Objects
objects-about = Choose the data to read. More data take more time, so choose what you need. You can change the choice later.
save-and-plan = Save and see the plan
saved-new = The connection is created. See what the plan says, then run it.
saved-objects = The choice of objects is saved.
group-recommended = Recommended
group-orders = Orders and shipments
group-listings = Listings and products
group-stock = Stock and FBA
group-money = Payments, fees and taxes
group-returns = Returns and reimbursements
group-analysis = Analytics and promotions
group-others = Others
way-whole = Read as a whole each time.
way-slices = Read period by period.
way-slices-at-most = Read period by period, { $count ->
    [one] at most a day each.
   *[other] at most { $shown } days each.
}
cost-times = First run: { $count ->
    [one] once,
   *[other] { $shown } times,
}
cost-slices = First run: { $count ->
    [one] { $shown } part,
   *[other] { $shown } parts,
}
cost-time = shortest time: { $time }.
not-offered = Amazon does not offer it in this region.
needs-personal-data = It has buyers' personal data, which the file of the connection must allow.
all-marketplaces = all
stream-part = { $title }: { $part }
stream-way = How it is read
stream-key = Columns that identify a row
stream-lookback = Read again for late changes
stream-roles = Roles, one of which is needed
stream-columns = Columns

# Plan
plan-slices = The next run reads { $count ->
    [one] { $shown } part.
   *[other] { $shown } parts.
}
plan-time = By Amazon's quotas the shortest time is { $time }. The time that Amazon takes to make reports is added.
plan-calendar = Calendar of the periods
plan-calendar-about = The periods that are read at a time, for each object, the oldest on the left.
plan-table = Plan of each object
plan-zone = Times are those of the marketplace.
plan-failed = The plan cannot be made.
more = and { $shown } more

# Run
run-button = Read the data
run-again-button = Read new data
run-none = There was no run yet.
run-running = The run goes on.
run-stopping = The run stops as soon as the data in progress are saved.
run-ended = The run has ended.
run-stopped = The run was stopped. The next one continues.
run-failed = The run ended with an error. The saved data stay.
run-begun = Started: { $time }
run-lasted = Duration: { $time }
stop-button = Stop
stop-help = Saves the data in progress and stops. The next run continues.
progress-lost = This page has lost its connection and tries again by itself. The run goes on as long as `spapi console` does.
to-tables = See the data
state-refused = cannot be read
state-nothing = nothing to read
state-gaps = some periods are missing
state-done = done
state-open = the next run continues
state-reads = reading
waits-quota = waits for Amazon's quota
waits-report = waits for Amazon to make the report
waits-answer = waits for Amazon's answer
waits-until = (until { $time })

# Data
tables-title = Data
tables-failed = The data cannot be read.
nothing-read = There are no data yet. See the plan, then run it.
rows-elsewhere = The rows are in { $place }. Only rows in SQLite can be shown here.
no-rows = There are no rows.
never-read = never read
fresh = up to date
behind = { $time } behind
page-before = Previous page
page-next = Next page
page-number = Page { $shown }
dead-letters = Rows that did not fit
dead-letters-about = Rows that do not fit their table. They are kept as Amazon sent them.
dead-letters-count = { $count ->
    [one] { $shown } row did not fit
   *[other] { $shown } rows did not fit
}
no-dead-letters = All rows fit.
gaps-title = Missing periods
gaps-about = These periods could not be read. The next run reads them again by itself; the button does it now.
gap-failed = { $count ->
    [one] Failed once.
   *[other] Failed { $shown } times.
}
gap-rests = It is read again after { $time }.
fill-button = Read the missing periods

# Charts
no-charts = There are no data for charts yet. Orders, stock and settlements have charts.
last-days = Last { $shown } days
chart-orders = Orders by day
chart-sales = Sales by day ({ $currency })
chart-stock = Products with the most stock, by SKU
chart-stock-about = The quantities of at most 20 products with the most stock, of { $shown } in all.
chart-points = Amazon Points granted and returned, by day
chart-sum = The sum of { $days } days is { $sum }.
chart-quota = Quotas of Amazon in use
chart-quota-about = The part that the last run has used and that has not filled up again. In time it goes back to 0 %.
chart-table = The numbers as a table
points-granted = granted
points-returned = returned

# Columns
column-object = Object
column-marketplace = Country
column-way = How it is read
column-slices = Parts
column-shortest = Shortest time
column-rows = Rows
column-dead-letters = Did not fit
column-gaps = Missing
column-state = State
column-up-to = Read up to
column-freshness = Freshness
column-due = Parts due
column-slice = Period
column-column = Column
column-reason = Reason
column-row = Row
column-day = Day
column-product = Product
column-quantity = Quantity

# Units
under-a-minute = less than a minute
about = { $time }
seconds = { $count ->
    [one] { $shown } second
   *[other] { $shown } seconds
}
minutes = { $count ->
    [one] { $shown } minute
   *[other] { $shown } minutes
}
hours = { $count ->
    [one] { $shown } hour
   *[other] { $shown } hours
}
days = { $count ->
    [one] { $shown } day
   *[other] { $shown } days
}

# Errors
error-config = There is a problem with the settings or a file.
error-input = This cannot be done with these values.
error-login = The login with Amazon failed. Check the client ID, the client secret and the refresh token.
error-quota = Amazon's quota is used up. Try again later.
error-connect = Amazon's server cannot be reached. Check the network.
error-lost = The answer did not arrive. Try again later.
error-denied = Amazon refused access. Check the roles of the application, its authorization, the selling plan (professional) and the region.
error-not-found = Amazon has no such data, or could not make the report.
error-server = Amazon's server failed. Try again later.
error-unknown-outcome = It is unknown whether Amazon carried this out. Look before you repeat it.
error-other = Something went wrong.

# Countries
country-jp = Japan
country-us = United States
country-ca = Canada
country-mx = Mexico
country-br = Brazil
country-ie = Ireland
country-es = Spain
country-gb = United Kingdom
country-fr = France
country-be = Belgium
country-nl = Netherlands
country-de = Germany
country-it = Italy
country-se = Sweden
country-za = South Africa
country-pl = Poland
country-eg = Egypt
country-tr = Türkiye
country-sa = Saudi Arabia
country-ae = United Arab Emirates
country-in = India
country-sg = Singapore
country-au = Australia
