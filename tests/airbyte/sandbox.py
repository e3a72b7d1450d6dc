"""The sandbox of the program, and the two sources that read it."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
# Those of this machine would lead requests elsewhere, or trust another authority.
OF_THE_MACHINE = ["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"]


class Sandbox:
    """A sandbox without limits, as Amazon's hosts by its proxy and at its own URL."""

    def __init__(self, spapi, folder, *options):
        self.ca = folder / "ca.pem"
        self.ca.unlink(missing_ok=True)
        self.log = open(folder / "sandbox.log", "w")
        command = [spapi, "sandbox", "serve", "--port", "0", "--limits", "off", "--proxy", "--ca-file", self.ca, *options]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=self.log, text=True)
        self.variables = {}
        for line in self.process.stdout:
            if found := re.match(r"export (SPAPI_\w+)='(.*)'$", line):
                self.variables[found[1]] = found[2]
            if line.startswith("Ctrl-C"):
                return
        sys.exit(f"the sandbox does not start: see {self.log.name}")

    def __enter__(self):
        # A signal to terminate ends the sandbox too.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended by a signal"))
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        self.log.close()

    def config(self, region, account, start, end, **more):
        """A configuration of Airbyte's source, which both sources read."""
        return {
            "auth_type": "oauth2.0",
            "aws_environment": "PRODUCTION",
            "region": region,
            "account_type": account,
            "lwa_app_id": self.variables["SPAPI_CLIENT_ID"],
            "lwa_client_secret": self.variables["SPAPI_CLIENT_SECRET"],
            "refresh_token": self.variables["SPAPI_REFRESH_TOKEN"],
            "replication_start_date": start,
            "replication_end_date": end,
            **more,
        }

    def environment(self, region):
        """The variables by which both sources reach it."""
        path = {"US": "/na", "DE": "/eu"}.get(region, "/fe")
        clean = {name: value for name, value in os.environ.items() if name.upper() not in OF_THE_MACHINE}
        url = self.variables["SPAPI_ENDPOINT"]
        return clean | {"HTTPS_PROXY": url, "SANDBOX_CA": str(self.ca), "SPAPI_ENDPOINT": url + path}


def theirs():
    """The command of Airbyte's source. Ends the program if it is not installed."""
    python = HERE / "venv/bin/python"
    if not python.exists():
        sys.exit("Airbyte's source is not installed here: run tests/airbyte/install")
    return [str(python), str(HERE / "source.py")]


def ours(spapi):
    return [str(spapi), "airbyte"]


class Read:
    """What a source said while it read streams."""

    def __init__(self, command, environment, folder, config, catalog, limit, keeps_rows=True):
        write(folder / "config.json", config)
        write(folder / "catalog.json", catalog)
        arguments = ["read", "--config", str(folder / "config.json"), "--catalog", str(folder / "catalog.json")]
        self.records, self.counts, self.errors, self.statuses, self.states = {}, {}, [], {}, []
        self.keeps_rows = keeps_rows
        self.not_json = 0
        out = folder / "messages.jsonl"
        begun = time.monotonic()
        with open(out, "wb") as stdout, open(folder / "stderr.log", "wb") as stderr:
            process = subprocess.Popen(command + arguments, stdout=stdout, stderr=stderr, env=environment)
            self.is_over = self.wait(process, begun + limit)
        self.seconds = time.monotonic() - begun
        self.exit = process.returncode
        for line in open(out, encoding="utf-8", newline="\n"):
            self.take(line)
        self.log = out

    def wait(self, process, until):
        """Waits for the end, and keeps the peak memory. False if it took too long."""
        while True:
            is_over = time.monotonic() <= until
            if not is_over:
                process.kill()
            pid, status, usage = os.wait4(process.pid, os.WNOHANG if is_over else 0)
            if pid:
                self.peak_mib = usage.ru_maxrss / 1024
                process.returncode = os.waitstatus_to_exitcode(status)
                return is_over
            time.sleep(0.02)

    def take(self, line):
        try:
            message = json.loads(line)
        except ValueError:
            self.not_json += 1
            return
        match message.get("type"):
            case "RECORD":
                record = message["record"]
                self.counts[record["stream"]] = self.counts.get(record["stream"], 0) + 1
                if self.keeps_rows:
                    self.records.setdefault(record["stream"], []).append(record["data"])
            case "STATE":
                self.states.append(message["state"])
            case "TRACE" if message["trace"]["type"] == "ERROR":
                error = message["trace"]["error"]
                self.errors.append(error.get("message") or error.get("internal_message") or "")
            case "TRACE" if message["trace"]["type"] == "STREAM_STATUS":
                status = message["trace"]["stream_status"]
                self.statuses[status["stream_descriptor"]["name"]] = status["status"]
            case "LOG" if message["log"]["level"] in ("ERROR", "FATAL"):
                self.errors.append(message["log"]["message"])


def discovered(command, environment, folder, config):
    """The streams of a source's catalog, in its order."""
    write(folder / "config.json", config)
    arguments = ["discover", "--config", str(folder / "config.json")]
    done = subprocess.run(command + arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment, text=True)
    for line in done.stdout.splitlines():
        if line.startswith("{") and (message := json.loads(line)).get("type") == "CATALOG":
            return message["catalog"]["streams"]
    sys.exit(f"{' '.join(command)} discover gives no catalog: {done.stdout[-500:]}{done.stderr[-500:]}")


def configured(stream):
    """A catalog that reads one stream."""
    mode = "incremental" if "incremental" in stream["supported_sync_modes"] else "full_refresh"
    return {
        "streams": [
            {
                "stream": stream,
                "sync_mode": mode,
                "destination_sync_mode": "append",
                "cursor_field": stream.get("default_cursor_field") or [],
                "primary_key": stream.get("source_defined_primary_key") or [],
            }
        ]
    }


def write(path, value):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1), encoding="utf-8")
