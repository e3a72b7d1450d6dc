//! Each kind of answer, with the quirks that live answers had.

use super::{one, read};
use spapi_mws::read::{Kind, LowestOffers, Reason};
use spapi_orders::v0::types::OrderItem;
use spapi_product_pricing::v0::types::{GetOffersResult, Price};
use spapi_rows::OwnedValue;

const PRODUCTS: &str = r#"xmlns="http://mws.amazonservices.com/schema/Products/2011-10-01""#;

#[test]
fn points_are_granted_on_an_item_whose_order_comes_last() {
    let item = one(r#"<?xml version="1.0"?>
        <ListOrderItemsResponse xmlns="https://mws.amazonservices.com/Orders/2013-09-01"><ListOrderItemsResult>
            <OrderItems><OrderItem><OrderItemId>1</OrderItemId><QuantityOrdered>1</QuantityOrdered>
                <PointsGranted><PointsMonetaryValue><Amount>10.00</Amount><CurrencyCode>JPY</CurrencyCode>
                </PointsMonetaryValue><PointsNumber>10</PointsNumber></PointsGranted>
                <Title>靴下 &amp; 手袋</Title></OrderItem></OrderItems>
            <AmazonOrderId>249-1234567-1234567</AmazonOrderId>
        </ListOrderItemsResult><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></ListOrderItemsResponse>"#);
    assert!(item.json().starts_with(r#"{"AmazonOrderId":"249-1234567-1234567","OrderItemId":"1""#), "{}", item.json());
    let typed: OrderItem = item.to().unwrap();
    let points = typed.points_granted.unwrap();
    assert_eq!(points.points_number, Some(10));
    let worth = points.points_monetary_value.unwrap();
    assert_eq!((worth.amount.unwrap().to_string().as_str(), worth.currency_code.as_deref()), ("10.00", Some("JPY")));
    assert_eq!(typed.title.as_deref(), Some("靴下 & 手袋"));
    assert!(item.unmapped().is_empty(), "{:?}", item.unmapped());
}

#[test]
fn competitive_prices_have_points_and_booleans_in_attributes() {
    let record = one(&format!(
        r#"<GetCompetitivePricingForASINResponse {PRODUCTS}>
        <GetCompetitivePricingForASINResult ASIN="B000000001" status="Success">
            <Product {PRODUCTS} xmlns:ns2="http://mws.amazonservices.com/schema/Products/2011-10-01/default.xsd">
                <CompetitivePricing><CompetitivePrices>
                    <ns2:CompetitivePrice belongsToRequester="false" condition="New" subcondition="New">
                        <CompetitivePriceId>1</CompetitivePriceId>
                        <Price><LandedPrice><CurrencyCode>JPY</CurrencyCode><Amount>3220.00</Amount></LandedPrice>
                            <Points><PointsNumber>322</PointsNumber><PointsMonetaryValue>
                                <ns2:CurrencyCode>JPY</ns2:CurrencyCode><Amount>322.00</Amount></PointsMonetaryValue>
                            </Points></Price>
                    </ns2:CompetitivePrice></CompetitivePrices>
                    <NumberOfOfferListings><OfferListingCount condition="Any">24</OfferListingCount>
                    </NumberOfOfferListings></CompetitivePricing>
                <SalesRankings><SalesRank><ProductCategoryId>toys</ProductCategoryId><Rank>88</Rank></SalesRank>
                </SalesRankings>
            </Product></GetCompetitivePricingForASINResult></GetCompetitivePricingForASINResponse>"#
    ));
    assert_eq!(record.kind(), Kind::Prices);
    assert!(record.json().contains(r#""Amount":3220.00"#), "{}", record.json());
    let typed: Price = record.to().unwrap();
    assert_eq!((typed.asin.as_deref(), typed.status.as_str()), (Some("B000000001"), "Success"));
    let product = typed.product.unwrap();
    let pricing = product.competitive_pricing.unwrap();
    let price = &pricing.competitive_prices[0];
    assert_eq!(price.belongs_to_requester, Some(false));
    assert_eq!(price.price.points.as_ref().unwrap().points_number, Some(322));
    assert_eq!(pricing.number_of_offer_listings[0].count, Some(24));
    assert_eq!(product.sales_rankings[0].rank, Some(88));
}

#[test]
fn own_prices_have_points_and_channels_in_any_case() {
    for channel in ["MERCHANT", "Merchant", "merchant"] {
        let record = one(&format!(
            r#"<GetMyPriceForASINResponse {PRODUCTS}><GetMyPriceForASINResult ASIN="B000000002" status="Success"><Product>
            <Offers><Offer><BuyingPrice><Points><PointsNumber>500</PointsNumber></Points></BuyingPrice>
                <FulfillmentChannel>{channel}</FulfillmentChannel><SellerId>A1</SellerId><SellerSKU>S</SellerSKU>
            </Offer></Offers></Product></GetMyPriceForASINResult></GetMyPriceForASINResponse>"#
        ));
        let typed: Price = record.to().unwrap();
        let offer = &typed.product.unwrap().offers[0];
        assert_eq!(offer.fulfillment_channel, "MERCHANT");
        assert_eq!(offer.buying_price.points.as_ref().unwrap().points_number, Some(500));
        let [seller] = record.unmapped() else { panic!("{:?}", record.unmapped()) };
        let path = "GetMyPriceForASINResponse/GetMyPriceForASINResult/Product/Offers/Offer/SellerId";
        assert_eq!((seller.path.as_str(), seller.value.as_str(), seller.reason), (path, "A1", Reason::NoPlace));
    }
}

#[test]
fn lowest_offers_keep_a_type_of_their_own() {
    let record = one(
        "<GetLowestOfferListingsForASINResponse><GetLowestOfferListingsForASINResult ASIN=\"0764500000\" status=\"Success\">\
         <AllOfferListingsConsidered>true</AllOfferListingsConsidered><Product><LowestOfferListings><LowestOfferListing>\
         <Qualifiers><ItemCondition>Used</ItemCondition><FulfillmentChannel>Amazon</FulfillmentChannel>\
         <ShipsDomestically>Unknown</ShipsDomestically><ShippingTime><Max>0-2 days</Max></ShippingTime>\
         <SellerPositiveFeedbackRating>Just Launched</SellerPositiveFeedbackRating></Qualifiers>\
         <NumberOfOfferListingsConsidered>1</NumberOfOfferListingsConsidered>\
         <Price><LandedPrice><CurrencyCode>JPY</CurrencyCode><Amount>99.00</Amount></LandedPrice>\
         <Points><PointsNumber>10</PointsNumber></Points></Price>\
         <MultipleOffersAtLowestPrice>False</MultipleOffersAtLowestPrice></LowestOfferListing></LowestOfferListings>\
         </Product></GetLowestOfferListingsForASINResult></GetLowestOfferListingsForASINResponse>",
    );
    let typed: LowestOffers = record.to().unwrap();
    let listing = &typed.product.unwrap().lowest_offer_listings[0];
    assert_eq!(listing.qualifiers.ships_domestically.as_deref(), Some("Unknown"));
    assert_eq!(listing.qualifiers.shipping_time.as_ref().unwrap().max.as_deref(), Some("0-2 days"));
    let price = listing.price.as_ref().unwrap();
    assert_eq!(price.points, Some(spapi_types::Points::of_number(10)));
    assert_eq!(price.landed_price.as_ref().unwrap().amount.unwrap().to_string(), "99.00");
}

#[test]
fn the_offers_of_all_sellers_have_their_counts_and_times() {
    let record = one(
        r#"<GetLowestPricedOffersForASINResponse><GetLowestPricedOffersForASINResult MarketplaceID="A1VC38T7YXB528"
            ItemCondition="new" ASIN="B000000003" status="Success"><Identifier><MarketplaceId>A1VC38T7YXB528</MarketplaceId>
            <ItemCondition>new</ItemCondition><TimeOfOfferChange>2019-01-02T03:04:05Z</TimeOfOfferChange></Identifier>
            <Summary><TotalOfferCount>2</TotalOfferCount><NumberOfOffers>
                <OfferCount condition="new" fulfillmentChannel="Merchant">2</OfferCount></NumberOfOffers></Summary>
            <Offers><Offer><SubCondition>new</SubCondition>
                <ShippingTime minimumHours="24" maximumHours="48" availabilityType="NOW"/>
                <SellerFeedbackRating><SellerPositiveFeedbackRating>94.7</SellerPositiveFeedbackRating>
                    <FeedbackCount>12</FeedbackCount></SellerFeedbackRating></Offer></Offers>
        </GetLowestPricedOffersForASINResult></GetLowestPricedOffersForASINResponse>"#,
    );
    let typed: GetOffersResult = record.to().unwrap();
    assert_eq!(typed.summary.number_of_offers[0].offer_count, Some(2));
    let offer = &typed.offers[0];
    assert_eq!(offer.shipping_time.minimum_hours, Some(24));
    assert!(record.json().contains(r#""SellerPositiveFeedbackRating":94.7"#));
    assert_eq!(record.unmapped().len(), 1);
}

#[test]
fn a_failed_result_stands_beside_the_others() {
    let (records, pages) = read(
        r#"<GetMyPriceForSKUResponse><GetMyPriceForSKUResult SellerSKU="gone" status="ClientError"><Error><Type>Sender</Type>
            <Code>InvalidParameterValue</Code><Message>none</Message></Error></GetMyPriceForSKUResult>
            <GetMyPriceForSKUResult SellerSKU="S" status="Success"><Product/></GetMyPriceForSKUResult>
            <ResponseMetadata><RequestId>r1</RequestId></ResponseMetadata></GetMyPriceForSKUResponse>"#,
    )
    .unwrap();
    assert_eq!(records.len(), 2);
    assert!(records[0].json().contains(r#""Error":{"Type":"Sender","Code":"InvalidParameterValue""#));
    assert_eq!(records[0].to::<Price>().unwrap().status, "ClientError");
    assert_eq!(records[0].unmapped()[0].reason, Reason::Kept);
    assert_eq!((pages[0].records(), pages[0].request_id()), (2, Some("r1")));
}

#[test]
fn an_error_answer_is_a_record_with_either_spelling_of_its_request() {
    for id in ["RequestId", "RequestID"] {
        let (records, pages) = read(format!(
            "<ErrorResponse xmlns=\"https://mws.amazonservices.com/\"><Error><Type>Sender</Type><Code>RequestThrottled</Code>\
             <Message>slow</Message><Detail/></Error><{id}>r2</{id}></ErrorResponse>"
        ))
        .unwrap();
        assert_eq!(records[0].kind(), Kind::Errors);
        assert_eq!(records[0].json(), r#"{"code":"RequestThrottled","message":"slow"}"#);
        assert_eq!(pages[0].request_id(), Some("r2"));
    }
}

#[test]
fn each_financial_event_is_the_only_one_of_its_list() {
    use spapi_finances::v0::types::FinancialEvents;
    let (records, pages) = read(
        "<ListFinancialEventsByNextTokenResponse xmlns=\"http://mws.amazonservices.com/Finances/2015-05-01\">\
         <ListFinancialEventsByNextTokenResult><NextToken>a%2Bb</NextToken><FinancialEvents>\
         <ShipmentEventList><ShipmentEvent><AmazonOrderId>1</AmazonOrderId><ShipmentItemList><ShipmentItem>\
         <ItemChargeList><ChargeComponent><ChargeType>Principal</ChargeType><ChargeAmount>\
         <CurrencyAmount>-10.50</CurrencyAmount><CurrencyCode>JPY</CurrencyCode></ChargeAmount></ChargeComponent>\
         </ItemChargeList><CostOfPointsGranted><CurrencyAmount>-10</CurrencyAmount></CostOfPointsGranted>\
         </ShipmentItem></ShipmentItemList></ShipmentEvent></ShipmentEventList>\
         <RefundEventList><ShipmentEvent><AmazonOrderId>2</AmazonOrderId></ShipmentEvent></RefundEventList>\
         <TDSReimbursementEventList><TDSReimbursementEvent><TdsOrderId>3</TdsOrderId></TDSReimbursementEvent>\
         </TDSReimbursementEventList><PerformanceBondRefundEventList><PerformanceBondRefundEvent>\
         <Amount><CurrencyAmount>1</CurrencyAmount></Amount></PerformanceBondRefundEvent></PerformanceBondRefundEventList>\
         </FinancialEvents></ListFinancialEventsByNextTokenResult></ListFinancialEventsByNextTokenResponse>",
    )
    .unwrap();
    assert_eq!(records.len(), 3);
    let typed: FinancialEvents = records[0].to().unwrap();
    let item = &typed.shipment_event_list[0].shipment_item_list[0];
    let amount = item.item_charge_list[0].charge_amount.as_ref().unwrap();
    assert_eq!(amount.currency_amount.unwrap().to_string(), "-10.50");
    assert!(item.cost_of_points_granted.is_some());
    assert_eq!(records[1].json(), r#"{"RefundEventList":[{"AmazonOrderId":"2"}]}"#);
    assert_eq!(records[2].json(), r#"{"TDSReimbursementEventList":[{"TDSOrderId":"3"}]}"#);
    assert_eq!((pages[0].next_token(), pages[0].is_continuation()), (Some("a+b"), true));
    assert_eq!(pages[0].unmapped().len(), 1);
}

#[test]
fn stock_and_lists_of_reports_and_feeds_have_todays_names() {
    let stock =
        one("<ListInventorySupplyResponse><ListInventorySupplyResult><MarketplaceId>A1VC38T7YXB528</MarketplaceId>\
         <InventorySupplyList><member><SellerSKU>S</SellerSKU><FNSKU>X000000001</FNSKU>\
         <TotalSupplyQuantity>5</TotalSupplyQuantity><InStockSupplyQuantity>3</InStockSupplyQuantity>\
         <SupplyDetail><member><Quantity>3</Quantity></member></SupplyDetail></member></InventorySupplyList>\
         </ListInventorySupplyResult></ListInventorySupplyResponse>");
    let expected =
        r#"{"sellerSku":"S","fnSku":"X000000001","totalQuantity":5,"inventoryDetails":{"fulfillableQuantity":3}}"#;
    assert_eq!(stock.json(), expected);
    assert_eq!(stock.unmapped()[0].value, "3");
    let report = one(
        "<GetReportRequestListResponse xmlns=\"http://mws.amazonaws.com/doc/2009-01-01/\"><GetReportRequestListResult>\
         <NextToken>none</NextToken><HasNext>false</HasNext><ReportRequestInfo><ReportRequestId>7</ReportRequestId>\
         <ReportType>_GET_FLAT_FILE_ORDERS_DATA_</ReportType><StartDate>2011-02-03T04%3A05%3A06Z</StartDate>\
         <Scheduled>false</Scheduled><ReportProcessingStatus>_DONE_NO_DATA_</ReportProcessingStatus></ReportRequestInfo>\
         </GetReportRequestListResult></GetReportRequestListResponse>",
    );
    let expected = r#"{"reportId":"7","reportType":"GET_FLAT_FILE_ORDERS_DATA","dataStartTime":"2011-02-03T04:05:06Z","processingStatus":"CANCELLED"}"#;
    assert_eq!(report.json(), expected);
    let feed = one("<SubmitFeedResponse><SubmitFeedResult><FeedSubmissionInfo><FeedSubmissionId>8</FeedSubmissionId>\
         <FeedType>_POST_PRODUCT_DATA_</FeedType><FeedProcessingStatus>_SUBMITTED_</FeedProcessingStatus>\
         </FeedSubmissionInfo></SubmitFeedResult></SubmitFeedResponse>");
    assert_eq!(feed.json(), r#"{"feedId":"8","feedType":"POST_PRODUCT_DATA","processingStatus":"IN_QUEUE"}"#);
}

#[test]
fn products_keep_their_attributes_as_they_were() {
    let (records, pages) = read(
        "<GetMatchingProductForIdResponse xmlns:ns2=\"x\"><GetMatchingProductForIdResult Id=\"B1\" IdType=\"ASIN\" status=\"Success\">\
         <Products><Product><AttributeSets><ns2:ItemAttributes xml:lang=\"ja-JP\"><ns2:Author>A</ns2:Author>\
         <ns2:Author>B</ns2:Author><ns2:Creator Role=\"Editor\">C</ns2:Creator><ns2:Title>T</ns2:Title></ns2:ItemAttributes>\
         </AttributeSets><Relationships/></Product><Product/></Products></GetMatchingProductForIdResult>\
         <GetMatchingProductForIdResult Id=\"B2\"><Error><Code>InvalidParameterValue</Code></Error>\
         </GetMatchingProductForIdResult></GetMatchingProductForIdResponse>",
    )
    .unwrap();
    assert_eq!(records.len(), 3);
    let expected = r#"{"AttributeSets":[{"lang":"ja-JP","Author":["A","B"],"Creator":{"Role":"Editor","value":"C"},"Title":"T"}]}"#;
    assert_eq!(records[0].json(), expected);
    // An error stands with the item that it is about.
    assert_eq!(records[2].json(), r#"{"Id":"B2","Error":{"Code":"InvalidParameterValue"}}"#);
    assert_eq!(records[2].kind(), Kind::Products);
    let kept: Vec<_> = records[2].unmapped().iter().map(|unmapped| (unmapped.path.as_str(), unmapped.reason)).collect();
    let result = "GetMatchingProductForIdResponse/GetMatchingProductForIdResult";
    let (id, error) = (format!("{result}/@Id"), format!("{result}/Error"));
    assert_eq!(kept, [(id.as_str(), Reason::Kept), (error.as_str(), Reason::Kept)]);
    let column = Kind::Products.columns().into_iter().find(|column| column.name == "Error.Code").unwrap();
    assert_eq!(records[2].value(&column), OwnedValue::Text("InvalidParameterValue".to_owned()));
    assert!(!pages[0].json().contains("Error"), "{}", pages[0].json());
    // The attributes of one that was found have no place today.
    let noted: Vec<_> = pages[0].unmapped().iter().map(|unmapped| unmapped.value.as_str()).collect();
    assert_eq!(noted, ["B1", "ASIN", "Success"]);
}

#[test]
fn points_that_cannot_be_read_are_not_absent() {
    let offer = |points: &str| {
        let record = one(&notification(
            "AnyOfferChanged",
            &format!(
                "<AnyOfferChangedNotification><Offers><Offer><ListingPrice><Amount>1980</Amount><CurrencyCode>JPY</CurrencyCode>\
                 </ListingPrice><Shipping><Amount>300</Amount><CurrencyCode>JPY</CurrencyCode></Shipping>{points}</Offer></Offers>\
                 </AnyOfferChangedNotification>"
            ),
        ));
        let noted = record.unmapped().iter().filter(|unmapped| unmapped.reason == Reason::OtherValue).count();
        let json: serde_json::Value = serde_json::from_str(&record.json()).unwrap();
        (json["Payload"]["AnyOfferChangedNotification"]["Offers"][0]["Points"].clone(), noted)
    };
    assert_eq!(offer("<Points><PointsNumber>many</PointsNumber></Points>"), (serde_json::json!({}), 1));
    assert_eq!(offer("<Points><PointsNumber/></Points>"), (serde_json::Value::Null, 0));
    assert_eq!(offer("<Points><PointsNumber>10</PointsNumber></Points>").0["PointsNumber"], 10);
}

fn notification(kind: &str, payload: &str) -> String {
    format!(
        "<Notification><NotificationMetaData><NotificationType>{kind}</NotificationType><PayloadVersion>1.0</PayloadVersion>\
         <UniqueId>n-1</UniqueId><PublishTime>2015-02-18T22:53:24.587Z</PublishTime><SellerId>A3</SellerId>\
         <MarketplaceId>A1VC38T7YXB528</MarketplaceId></NotificationMetaData><NotificationPayload>{payload}\
         </NotificationPayload></Notification>"
    )
}

#[test]
fn an_offer_that_changed_is_todays_notification_with_points_and_no_money_for_them() {
    let record = one(&notification(
        "AnyOfferChanged",
        r#"<AnyOfferChangedNotification><OfferChangeTrigger><ASIN>B000000004</ASIN></OfferChangeTrigger><Summary>
            <LowestPrices><LowestPrice condition="new" fulfillmentChannel="Amazon"><LandedPrice><Amount>1445</Amount>
                <CurrencyCode>JPY</CurrencyCode></LandedPrice></LowestPrice></LowestPrices>
            <BuyBoxEligibleOffers><OfferCount condition="new" fulfillmentChannel="Amazon">1</OfferCount>
                <OfferCount condition="new" fulfillmentChannel="Merchant">6</OfferCount></BuyBoxEligibleOffers></Summary>
            <Offers><Offer><SellerId>A3</SellerId><SellerFeedbackRating><FeedbackCount>0</FeedbackCount></SellerFeedbackRating>
                <ShippingTime minimumHours="24" maximumHours="48" availabilityType="NOW"/>
                <Points><PointsNumber>500</PointsNumber></Points><ShipsFrom><Country>JP</Country><State></State></ShipsFrom>
                <IsBuyBoxWinner>false</IsBuyBoxWinner><ConditionNotes>as new</ConditionNotes></Offer></Offers></AnyOfferChangedNotification>"#,
    ));
    let notification = spapi_events::Notification::parse(record.json().as_bytes()).unwrap();
    assert_eq!(notification.notification_type.as_str(), "ANY_OFFER_CHANGED");
    assert_eq!((notification.id(), notification.seller_id()), (Some("n-1"), Some("A3")));
    let payload = &notification.raw()["Payload"]["AnyOfferChangedNotification"];
    assert_eq!(payload["OfferChangeTrigger"]["MarketplaceId"], "A1VC38T7YXB528");
    assert_eq!(payload["Summary"]["TotalBuyBoxEligibleOffers"], 7);
    assert_eq!(payload["Summary"]["LowestPrices"][0]["LandedPrice"]["Amount"], 1445);
    let offer = &payload["Offers"][0];
    assert_eq!(offer["Points"], serde_json::json!({"PointsNumber": 500}));
    assert_eq!(offer["ShippingTime"]["MaximumHours"], 48);
    assert_eq!(offer["ShipsFrom"], serde_json::json!({"Country": "JP"}));
    assert_eq!((&offer["IsBuyBoxWinner"], &offer["ConditionNotes"]), (&false.into(), &"as new".into()));
    assert!(record.unmapped().is_empty(), "{:?}", record.unmapped());
}

#[test]
fn what_todays_notification_does_not_know_is_noted_and_nothing_else() {
    use spapi_events::payloads::any_offer_changed as today;
    use spapi_types::json::read_with_all_notes;
    let prices = r#"<LandedPrice><Amount>1</Amount><CurrencyCode>JPY</CurrencyCode></LandedPrice><ListingPrice><Amount>1</Amount>
        </ListingPrice><Shipping><Amount>0</Amount></Shipping><Points><PointsNumber>1</PointsNumber></Points>"#;
    let record = one(&notification(
        "AnyOfferChanged",
        &format!(
            r#"<AnyOfferChangedNotification><OfferChangeTrigger><ASIN>B000000004</ASIN><ItemCondition>new</ItemCondition>
            <TimeOfOfferChange>2015-02-18T22:53:24Z</TimeOfOfferChange></OfferChangeTrigger><Summary>
            <NumberOfOffers><OfferCount condition="new" fulfillmentChannel="Amazon">1</OfferCount></NumberOfOffers>
            <LowestPrices><LowestPrice condition="new" fulfillmentChannel="Amazon">{prices}</LowestPrice></LowestPrices>
            <BuyBoxPrices><BuyBoxPrice condition="new" fulfillmentChannel="Amazon">{prices}</BuyBoxPrice></BuyBoxPrices>
            <SalesRankings><SalesRank><ProductCategoryId>t</ProductCategoryId><Rank>8</Rank></SalesRank></SalesRankings>
            </Summary><Offers><Offer><SubCondition>new</SubCondition><IsFulfilledByAmazon>true</IsFulfilledByAmazon>
            <IsBuyBoxWinner>true</IsBuyBoxWinner><ConditionNotes>n</ConditionNotes>
            <PrimeInformation><IsPrime>true</IsPrime><IsNationalPrime>true</IsNationalPrime></PrimeInformation></Offer></Offers>
            </AnyOfferChangedNotification>"#
        ),
    ));
    let notification = spapi_events::Notification::parse(record.json().as_bytes()).unwrap();
    let payload = notification.raw()["Payload"]["AnyOfferChangedNotification"].to_string();
    let (_, notes) = read_with_all_notes::<today::AnyOfferChanged>(payload.as_bytes()).unwrap();
    let unknown: Vec<_> = notes.iter().map(|note| note.path.rsplit('.').next().unwrap()).collect();
    let kept: Vec<_> =
        record.unmapped().iter().map(|kept| (kept.path.rsplit('/').next().unwrap(), kept.reason)).collect();
    assert_eq!(
        (unknown.as_slice(), kept.as_slice()),
        (&["FulfillmentChannel"][..], &[("@fulfillmentChannel", Reason::Kept)][..])
    );
}

#[test]
fn notifications_of_reports_and_feeds_have_todays_case_and_those_not_known_stay() {
    let record = one(&notification(
        "FeedProcessingFinishedNotification",
        "<FeedProcessingFinishedNotification><SellerId>A3</SellerId><FeedSubmissionId>9</FeedSubmissionId>\
         <FeedType>_POST_ORDER_FULFILLMENT_DATA_</FeedType><FeedProcessingStatus>_DONE_</FeedProcessingStatus>\
         </FeedProcessingFinishedNotification>",
    ));
    let notification_of_feed = spapi_events::Notification::parse(record.json().as_bytes()).unwrap();
    assert_eq!(notification_of_feed.notification_type.as_str(), "FEED_PROCESSING_FINISHED");
    let payload = &notification_of_feed.raw()["payload"]["feedProcessingFinishedNotification"];
    let expected = serde_json::json!({"sellerId": "A3", "feedId": "9", "feedType": "POST_ORDER_FULFILLMENT_DATA", "processingStatus": "DONE"});
    assert_eq!(payload, &expected);
    assert_eq!(record.key(), Some("n-1"));
    // Today's version stands in its place.
    assert!(record.json().contains(r#""payloadVersion":"2020-09-04""#), "{}", record.json());
    let path = "Notification/NotificationMetaData/PayloadVersion";
    let version = record.unmapped().iter().find(|unmapped| unmapped.path == path).unwrap();
    assert_eq!((version.value.as_str(), version.reason), ("1.0", Reason::NoPlace));

    let record = one(&notification("Test", ""));
    assert!(record.json().contains(r#""NotificationType":"TEST""#), "{}", record.json());
    let record = one(&notification(
        "OrderStatusChange",
        "<OrderStatusChangeNotification><A><B>1</B></A></OrderStatusChangeNotification>",
    ));
    assert!(
        record.json().contains(r#""Payload":{"OrderStatusChangeNotification":{"A":{"B":"1"}}}"#),
        "{}",
        record.json()
    );
    assert_eq!(record.unmapped().len(), 2, "{:?}", record.unmapped());
}

#[test]
fn the_first_version_of_orders_has_other_names() {
    let order = one(
        "<GetOrderResponse xmlns=\"https://mws.amazonservices.com/Orders/2011-01-01\"><GetOrderResult><Orders><Order>\
         <AmazonOrderId>1</AmazonOrderId><LastUpdatedDate>2011-04-05T06:07:08</LastUpdatedDate><ShippingAddress>\
         <Country>JP</Country><isAddressSharingConfidential>false</isAddressSharingConfidential></ShippingAddress>\
         <PaymentExecutionDetail><PaymentExecutionDetailItem><SubPaymentMethod>COD</SubPaymentMethod></PaymentExecutionDetailItem>\
         </PaymentExecutionDetail></Order></Orders></GetOrderResult></GetOrderResponse>",
    );
    let expected = r#"{"AmazonOrderId":"1","LastUpdateDate":"2011-04-05T06:07:08Z","ShippingAddress":{"CountryCode":"JP"},"PaymentExecutionDetail":[{"PaymentMethod":"COD"}]}"#;
    assert_eq!(order.json(), expected);
}

#[test]
fn what_does_not_fit_its_place_is_noted_and_the_rest_is_read() {
    let order = one("<ListOrdersResponse><ListOrdersResult><Orders><Order><AmazonOrderId>1</AmazonOrderId>\
         <NumberOfItemsShipped>some</NumberOfItemsShipped><IsPrime>Unknown</IsPrime><IsPremiumOrder>True</IsPremiumOrder>\
         <ShippingAddress><CountryCode>JP</CountryCode><Country>US</Country></ShippingAddress><New Part=\"p\"><Deep>d</Deep></New>\
         </Order></Orders></ListOrdersResult></ListOrdersResponse>");
    assert_eq!(order.json(), r#"{"AmazonOrderId":"1","IsPremiumOrder":true,"ShippingAddress":{"CountryCode":"JP"}}"#);
    let noted: Vec<_> = order
        .unmapped()
        .iter()
        .map(|unmapped| (unmapped.path.rsplit("/Order/").next().unwrap(), unmapped.value.as_str(), unmapped.reason))
        .collect();
    let expected = [
        ("NumberOfItemsShipped", "some", Reason::OtherValue),
        ("IsPrime", "Unknown", Reason::OtherValue),
        ("ShippingAddress/Country", "US", Reason::Repeated),
        ("New/@Part", "p", Reason::Unknown),
        ("New/Deep", "d", Reason::Unknown),
    ];
    assert_eq!(noted, expected);
    assert!(!format!("{order:?} {:?}", order.unmapped()).contains("some"));
}
