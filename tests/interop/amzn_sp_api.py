"""amzn-sp-api, Amazon's own client for Python, with the sandbox as its endpoint.

It follows no proxy and no certificates of the environment, and takes an endpoint instead. Documents are not its job: they
come and go by requests, which it stands on. Prints as JSON the order ids of Orders 2026-01-01, page by page, a report in
Japanese, as text and as rows, and what became of a feed.
"""

import csv
import gzip
import io
import json
import os
import sys

import requests
from spapi import SPAPIClient, SPAPIConfig
from spapi.api.feeds_v2021_06_30.feeds_api import FeedsApi
from spapi.api.orders_v2026_01_01.get_order_api import GetOrderApi
from spapi.api.orders_v2026_01_01.search_orders_api import SearchOrdersApi
from spapi.api.reports_v2021_06_30.reports_api import ReportsApi
from spapi.models.feeds_v2021_06_30.create_feed_document_specification import CreateFeedDocumentSpecification
from spapi.models.feeds_v2021_06_30.create_feed_specification import CreateFeedSpecification
from spapi.models.reports_v2021_06_30.create_report_specification import CreateReportSpecification
from spapi.rest import ApiException

MARKET = "A1VC38T7YXB528"

config = SPAPIConfig(
    client_id=os.environ["SPAPI_CLIENT_ID"],
    client_secret=os.environ["SPAPI_CLIENT_SECRET"],
    refresh_token=os.environ["SPAPI_REFRESH_TOKEN"],
)
url = os.environ["SPAPI_ENDPOINT"]
client = SPAPIClient(config, oauth_endpoint=url + "/auth/o2/token", endpoint=url).api_client


def download(document):
    """The text of a report's or a feed's document."""
    answer = requests.get(document.url)
    answer.raise_for_status()
    content = gzip.decompress(answer.content) if document.compression_algorithm == "GZIP" else answer.content
    return content.decode(answer.encoding or "utf-8")


search = SearchOrdersApi(client)
pages = []
token = {}
while True:
    answer = search.search_orders(
        created_after="2000-01-01T00:00:00Z", marketplace_ids=[MARKET], max_results_per_page=20, **token
    )
    pages.append([order.order_id for order in answer.orders])
    if answer.pagination is None or not answer.pagination.next_token:
        break
    token = {"pagination_token": answer.pagination.next_token}

order_api = GetOrderApi(client)
items = order_api.get_order(pages[0][0]).order.order_items
try:
    order_api.get_order("000-0000000-0000000")
    refused = ""
except ApiException as error:
    refused = str(error.status)

reports = ReportsApi(client)
wanted = CreateReportSpecification(report_type="GET_MERCHANT_LISTINGS_ALL_DATA", marketplace_ids=[MARKET])
report_id = reports.create_report(wanted).report_id
document_id = None
while not document_id:
    document_id = reports.get_report(report_id).report_document_id
report = download(reports.get_report_document(document_id))
rows = list(csv.DictReader(io.StringIO(report, newline=""), delimiter="\t", quoting=csv.QUOTE_NONE))

feeds = FeedsApi(client)
content_type = "application/json; charset=UTF-8"
target = feeds.create_feed_document(CreateFeedDocumentSpecification(content_type=content_type))
messages = [{"messageId": 1, "operationType": "DELETE"}]
content = json.dumps({"header": {"sellerId": "A1", "version": "2.0"}, "messages": messages})
requests.put(target.url, data=content.encode(), headers={"Content-Type": content_type}).raise_for_status()
submitted = CreateFeedSpecification(
    feed_type="JSON_LISTINGS_FEED", marketplace_ids=[MARKET], input_feed_document_id=target.feed_document_id
)
feed_id = feeds.create_feed(submitted).feed_id
document_id = None
while not document_id:
    document_id = feeds.get_feed(feed_id).result_feed_document_id
result = json.loads(download(feeds.get_feed_document(document_id)))

json.dump(
    {
        "pages": pages,
        "items": len(items),
        "unknown_order": refused,
        "report": report,
        "rows": rows,
        "feed": result["summary"]["messagesInvalid"],
    },
    sys.stdout,
)
