#!/usr/bin/env node
// Starts the program of this platform, and ends as it ends.
"use strict";

const { spawn } = require("node:child_process");
const { constants } = require("node:os");
const { findProgram, NotUsable } = require("../lib/program.js");

function fail(message) {
  console.error(`error: ${message}`);
  process.exit(1);
}

let program;
try {
  program = findProgram();
} catch (error) {
  if (!(error instanceof NotUsable)) throw error;
  fail(error.message);
}

const child = spawn(program, process.argv.slice(2), { stdio: "inherit", windowsHide: false });
// A terminal sends Ctrl-C to the program too, and a second one would end it in the middle of its work.
const onTerminal = [process.stdin, process.stdout, process.stderr].some((stream) => stream.isTTY);
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.on(signal, () => {
    if (signal !== "SIGINT" || !onTerminal) child.kill(signal);
  });
}
child.on("error", (error) => fail(`${program} cannot be started: ${error.message}`));
child.on("exit", (code, signal) => {
  // As a shell says it of a program that a signal has ended.
  process.exitCode = code ?? 128 + (constants.signals[signal] ?? 0);
});
