//! Shipments to and from Amazon's warehouses, and labels of Amazon.

use super::{one, read};
use spapi_fulfillment_inbound::v0::types::{InboundShipmentInfo, InboundShipmentItem};
use spapi_fulfillment_outbound::v2020_07_01::types::{
    FulfillmentOrder, GetFulfillmentOrderResult, PackageTrackingDetails,
};
use spapi_merchant_fulfillment::v0::types::{Shipment, ShippingService};
use spapi_mws::read::Kind;

#[test]
fn shipments_to_amazon_are_those_of_today_and_their_pages_are_joined() {
    let (records, pages) = read(
        r#"<ListInboundShipmentsResponse xmlns="http://mws.amazonaws.com/FulfillmentInboundShipment/2010-10-01/">
            <ListInboundShipmentsResult><NextToken>t%3D</NextToken><ShipmentData>
                <member><ShipmentId>FBA0MADEUP</ShipmentId><ShipmentStatus>WORKING</ShipmentStatus>
                    <ShipFromAddress><Name>Aoi</Name><PostalCode>150-0000</PostalCode></ShipFromAddress>
                    <AreCasesRequired>false</AreCasesRequired><EstimatedBoxContentsFee><TotalUnits>10</TotalUnits>
                    <FeePerUnit><CurrencyCode>USD</CurrencyCode><Value>0.10</Value></FeePerUnit></EstimatedBoxContentsFee></member>
                <member><ShipmentId>FBA1MADEUP</ShipmentId></member>
            </ShipmentData></ListInboundShipmentsResult></ListInboundShipmentsResponse>"#,
    )
    .unwrap();
    assert_eq!((records.len(), pages[0].next_token()), (2, Some("t=")));
    assert_eq!((records[0].kind(), records[0].key()), (Kind::InboundShipments, Some("FBA0MADEUP")));
    let shipment: InboundShipmentInfo = records[0].to().unwrap();
    assert_eq!((shipment.are_cases_required, shipment.ship_from_address.name.as_str()), (Some(false), "Aoi"));
    let fee = shipment.estimated_box_contents_fee.unwrap().fee_per_unit.unwrap();
    assert_eq!(fee.value.unwrap().to_string(), "0.10");
    assert!(records.iter().all(|record| record.unmapped().is_empty()));
    let item = one(
        "<ListInboundShipmentItemsByNextTokenResponse><ListInboundShipmentItemsByNextTokenResult><ItemData><member>\
                    <SellerSKU>SOX-1</SellerSKU><QuantityShipped>3</QuantityShipped><ReleaseDate>2014-12-31</ReleaseDate>\
                    <PrepDetailsList><PrepDetails><PrepInstruction>Taping</PrepInstruction><PrepOwner>AMAZON</PrepOwner></PrepDetails>\
                    </PrepDetailsList></member></ItemData></ListInboundShipmentItemsByNextTokenResult>\
                    </ListInboundShipmentItemsByNextTokenResponse>",
    );
    let item: InboundShipmentItem = item.to().unwrap();
    assert_eq!((item.quantity_shipped, item.prep_details_list.len()), (Some(3), 1));
}

#[test]
fn orders_that_amazon_ships_have_their_items_and_shipments() {
    let order = r#"<SellerFulfillmentOrderId> S-1
        </SellerFulfillmentOrderId><DisplayableOrderDateTime>2014-01-02T17:26:56Z </DisplayableOrderDateTime>
        <DestinationAddress><Line1>12-34-56</Line1><StateOrProvinceCode>Tokyo</StateOrProvinceCode></DestinationAddress>
        <CODSettings><IsCODRequired>true</IsCODRequired><CODCharge><Value>4000</Value><CurrencyCode>JPY</CurrencyCode></CODCharge>
        </CODSettings><NotificationEmailList><member>a@example.com</member></NotificationEmailList>"#;
    let details = one(&format!(
        "<GetFulfillmentOrderResponse><GetFulfillmentOrderResult><FulfillmentOrderItem><member><SellerSKU>SOX-1</SellerSKU>\
         <Quantity>5</Quantity><PerUnitPrice><CurrencyCode>JPY</CurrencyCode><Value>2500</Value></PerUnitPrice></member>\
         </FulfillmentOrderItem><FulfillmentOrder>{order}</FulfillmentOrder><FulfillmentShipment><member>\
         <FulfillmentShipmentStatus>SHIPPED</FulfillmentShipmentStatus><FulfillmentShipmentPackage><member><PackageNumber>1\
         </PackageNumber><TrackingNumber>93ZZ00</TrackingNumber></member></FulfillmentShipmentPackage></member>\
         </FulfillmentShipment></GetFulfillmentOrderResult></GetFulfillmentOrderResponse>"
    ));
    assert!(details.unmapped().is_empty(), "{:?}", details.unmapped());
    assert_eq!(details.key(), Some("S-1"));
    let details: GetFulfillmentOrderResult = details.to().unwrap();
    let address = &details.fulfillment_order.destination_address;
    assert_eq!((address.address_line1.as_str(), address.state_or_region.as_deref()), ("12-34-56", Some("Tokyo")));
    let charge = details.fulfillment_order.cod_settings.unwrap().cod_charge.unwrap();
    assert_eq!(charge.value.unwrap().to_string(), "4000");
    assert_eq!(details.fulfillment_order_items[0].per_unit_price.as_ref().unwrap().value, Some(2500.into()));
    let package = &details.fulfillment_shipments[0].fulfillment_shipment_package[0];
    assert_eq!((package.package_number, package.tracking_number.as_deref()), (Some(1), Some("93ZZ00")));
    let listed = one(&format!(
        "<ListAllFulfillmentOrdersResponse><ListAllFulfillmentOrdersResult><FulfillmentOrders><member>{order}</member>\
         </FulfillmentOrders></ListAllFulfillmentOrdersResult></ListAllFulfillmentOrdersResponse>"
    ));
    let listed: FulfillmentOrder = listed.to().unwrap();
    assert_eq!(listed.notification_emails, ["a@example.com"]);
    assert_eq!(listed.displayable_order_date.unwrap().as_str(), "2014-01-02T17:26:56Z");
    let tracking = one(
        "<GetPackageTrackingDetailsResponse><GetPackageTrackingDetailsResult><PackageNumber>42</PackageNumber>\
                        <CarrierURL>http://www.example.com/</CarrierURL><TrackingEvents><member><EventAddress><City>Reno</City>\
                        </EventAddress><EventCode>EVENT_202</EventCode></member></TrackingEvents>\
                        </GetPackageTrackingDetailsResult></GetPackageTrackingDetailsResponse>",
    );
    let tracking: PackageTrackingDetails = tracking.to().unwrap();
    assert_eq!((tracking.package_number, tracking.tracking_events[0].event_address.city.as_str()), (Some(42), "Reno"));
}

#[test]
fn shipments_with_labels_and_their_services_are_those_of_today() {
    let service = "<ShippingService><CarrierName>UPS</CarrierName><Rate><CurrencyCode>USD</CurrencyCode><Amount>16.83</Amount></Rate>\
                   <ShipDate>10/16/2018 07:41:12</ShipDate><AvailableLabelFormats><LabelFormat>PDF</LabelFormat>\
                   </AvailableLabelFormats></ShippingService>";
    let shipment = one(&format!(
        "<CreateShipmentResponse><CreateShipmentResult><Shipment><ShipmentId>s</ShipmentId><ItemList><Item><OrderItemId>1</OrderItemId>\
         <Quantity>1</Quantity></Item></ItemList><Weight><Value>10.5</Value><Unit>oz</Unit></Weight>{service}</Shipment>\
         </CreateShipmentResult></CreateShipmentResponse>"
    ));
    assert!(shipment.unmapped().is_empty(), "{:?}", shipment.unmapped());
    let shipment: Shipment = shipment.to().unwrap();
    assert_eq!(shipment.weight.value.unwrap().to_string(), "10.5");
    assert_eq!(shipment.shipping_service.rate.amount.unwrap().to_string(), "16.83");
    let (records, pages) = read(format!(
        "<GetEligibleShippingServicesResponse><GetEligibleShippingServicesResult><ShippingServiceList>{service}{service}\
         </ShippingServiceList><TemporarilyUnavailableCarrierList><TemporarilyUnavailableCarrier><CarrierName>DYNAMEX</CarrierName>\
         </TemporarilyUnavailableCarrier></TemporarilyUnavailableCarrierList></GetEligibleShippingServicesResult>\
         </GetEligibleShippingServicesResponse>"
    ))
    .unwrap();
    assert_eq!(records.len(), 2);
    let service: ShippingService = records[1].to().unwrap();
    assert_eq!((service.carrier_name.as_str(), service.available_label_formats.len()), ("UPS", 1));
    assert!(
        pages[0].json().contains(r#""TemporarilyUnavailableCarrierList":[{"CarrierName":"DYNAMEX"}]"#),
        "{}",
        pages[0].json()
    );
}
