"""Messages of Amazon SQS by boto3.

`fill SERVER NAME COUNT` makes a queue with notifications and prints its URL. `one URL COUNT WAIT` and `batch URL COUNT WAIT` are the
loop of a program that uses boto3: it receives ten messages, decodes each, waits for so many milliseconds as for a database, and deletes
them one by one or together. They print the milliseconds of the loop."""

import json
import sys
import time

import boto3


def client(url):
    server = "/".join(url.split("/")[:3])
    keys = {"aws_access_key_id": "key", "aws_secret_access_key": "secret", "region_name": "us-east-1"}
    return boto3.client("sqs", endpoint_url=server, **keys)


def fill(server, name, count):
    sqs = client(server)
    url = sqs.create_queue(QueueName=name)["QueueUrl"]

    def body(number):
        payload = {
            "sellerId": "A1",
            "feedId": str(number),
            "feedType": "JSON_LISTINGS_FEED",
            "processingStatus": "DONE",
            "resultFeedDocumentId": "document-%d" % number,
        }
        notification = {
            "notificationVersion": "2020-09-04",
            "notificationType": "FEED_PROCESSING_FINISHED",
            "payloadVersion": "2020-09-04",
            "eventTime": "2026-11-30T12:00:00Z",
            "payload": {"feedProcessingFinishedNotification": payload},
            "notificationMetadata": {"applicationId": "a", "subscriptionId": "s", "notificationId": "id-%d" % number},
        }
        return json.dumps(notification)

    for first in range(0, count, 10):
        numbers = range(first, min(first + 10, count))
        entries = [{"Id": str(number), "MessageBody": body(number)} for number in numbers]
        sqs.send_message_batch(QueueUrl=url, Entries=entries)
    print(url)


def loop(way, url, count, wait):
    sqs = client(url)
    handled = 0
    start = time.monotonic()
    while handled < count:
        answer = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=20)
        messages = answer.get("Messages", [])
        for message in messages:
            assert json.loads(message["Body"])["notificationMetadata"]["notificationId"]
            if wait:
                time.sleep(wait / 1000)
            handled += 1
            if way == "one":
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        if way == "batch" and messages:
            entries = [
                {"Id": str(number), "ReceiptHandle": message["ReceiptHandle"]} for number, message in enumerate(messages)
            ]
            sqs.delete_message_batch(QueueUrl=url, Entries=entries)
    print(round((time.monotonic() - start) * 1000))


if sys.argv[1] == "fill":
    fill(sys.argv[2], sys.argv[3], int(sys.argv[4]))
else:
    loop(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
