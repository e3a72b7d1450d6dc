// What a program was built for, from its own header.
"use strict";

const fs = require("node:fs");

// Of ELF, Mach-O and PE: the number of the machine.
const MACHINES = {
  linux: { 62: "x64", 183: "arm64" },
  darwin: { 0x01000007: "x64", 0x0100000c: "arm64" },
  win32: { 0x8664: "x64", 0xaa64: "arm64" },
};

/**
 * Checks that a file is a program for a platform such as `linux-x64`. Returns the version of glibc that it needs, or null
 * if it needs none.
 */
function inspect(platform, file) {
  const bytes = fs.readFileSync(file);
  const [os, machine] = header(bytes) ?? [];
  const found = os && `${os}-${MACHINES[os][machine] ?? `machine ${machine}`}`;
  if (found !== platform) {
    throw new Error(`${file} is not a program for ${platform}${found ? `, but for ${found}` : ""}`);
  }
  return { glibc: os === "linux" ? glibcOf(bytes) : null };
}

function header(bytes) {
  if (bytes.length < 64) return null;
  // 64 bits, little-endian.
  if (bytes.readUInt32BE(0) === 0x7f454c46 && bytes.readUInt16BE(4) === 0x0201) return ["linux", bytes.readUInt16LE(18)];
  if (bytes.readUInt32LE(0) === 0xfeedfacf) return ["darwin", bytes.readUInt32LE(4)];
  if (bytes.toString("latin1", 0, 2) === "MZ") {
    const start = bytes.readUInt32LE(60);
    const isPe = start + 6 <= bytes.length && bytes.toString("latin1", start, start + 4) === "PE\0\0";
    return isPe ? ["win32", bytes.readUInt16LE(start + 4)] : null;
  }
  return null;
}

/** The newest version of glibc of which a program names a symbol. A program that brings its C library along names none. */
function glibcOf(bytes) {
  let newest = null;
  const mark = Buffer.from("\0GLIBC_2.");
  for (let at = bytes.indexOf(mark); at !== -1; at = bytes.indexOf(mark, at + mark.length)) {
    const [minor] = /^\d+/.exec(bytes.toString("latin1", at + mark.length, at + mark.length + 4)) ?? [];
    if (minor !== undefined) newest = Math.max(newest ?? 0, Number(minor));
  }
  return newest === null ? null : `2.${newest}`;
}

module.exports = { inspect };
