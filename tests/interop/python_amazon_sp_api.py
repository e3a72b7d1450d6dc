"""python-amazon-sp-api through the sandbox as a proxy: the hosts are Amazon's, as they are written into the client.

HTTPS_PROXY and SSL_CERT_FILE lead it there. Prints the order ids of Orders v0, page by page, as JSON.
"""

import json
import os
import sys

from sp_api.api import Orders
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
json.dump({"pages": pages, "items": len(items), "unknown_order": refused}, sys.stdout)
