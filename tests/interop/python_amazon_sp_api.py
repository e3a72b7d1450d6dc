"""python-amazon-sp-api through the sandbox as a proxy: the hosts are Amazon's, as they are written into the client.

HTTPS_PROXY and SSL_CERT_FILE lead it there. Prints as JSON the order ids of Orders v0, page by page, the text of a report
in Japanese, and what became of a feed.
"""

import io
import json
import os
import sys

from sp_api.api import Feeds, Orders, Reports
from sp_api.base import Marketplaces, SellingApiException

credentials = {
    "lwa_app_id": os.environ["SPAPI_CLIENT_ID"],
    "lwa_client_secret": os.environ["SPAPI_CLIENT_SECRET"],
    "refresh_token": os.environ["SPAPI_REFRESH_TOKEN"],
}
orders = Orders(credentials=credentials, marketplace=Marketplaces.JP, version="v0")
market = Marketplaces.JP.marketplace_id

pages = []
arguments = {"CreatedAfter": "2000-01-01T00:00:00Z"}
while True:
    answer = orders.get_orders(MarketplaceIds=[market], MaxResultsPerPage=20, **arguments)
    pages.append([order["AmazonOrderId"] for order in answer.payload["Orders"]])
    if not answer.payload.get("NextToken"):
        break
    arguments = {"NextToken": answer.payload["NextToken"]}

items = orders.get_order_items(pages[0][0]).payload["OrderItems"]
try:
    orders.get_order("000-0000000-0000000")
    refused = ""
except SellingApiException as error:
    refused = str(error.code)

reports = Reports(credentials=credentials, marketplace=Marketplaces.JP)
report_id = reports.create_report(reportType="GET_MERCHANT_LISTINGS_ALL_DATA", marketplaceIds=[market]).payload["reportId"]
report = {}
while not report.get("reportDocumentId"):
    report = reports.get_report(report_id).payload
document = reports.get_report_document(report["reportDocumentId"], download=True).payload["document"]

feeds = Feeds(credentials=credentials, marketplace=Marketplaces.JP)
feed = json.dumps({"header": {"sellerId": "A1", "version": "2.0"}, "messages": [{"messageId": 1, "operationType": "DELETE"}]})
_, created = feeds.submit_feed("JSON_LISTINGS_FEED", io.BytesIO(feed.encode()), content_type="application/json; charset=UTF-8")
feed = {}
while not feed.get("resultFeedDocumentId"):
    feed = feeds.get_feed(created.payload["feedId"]).payload
result = feeds.get_feed_result_document(feed["resultFeedDocumentId"])

json.dump(
    {
        "pages": pages,
        "items": len(items),
        "unknown_order": refused,
        "report": document,
        "feed": json.loads(result)["summary"]["messagesInvalid"],
    },
    sys.stdout,
)
