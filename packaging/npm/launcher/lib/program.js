// Finds the program in the package of this platform, and says why it cannot run here.
"use strict";

/** A reason for which the program cannot run here, with what to do. */
class NotUsable extends Error {}

const OTHER_WAYS = "the project's README names other ways to install it, such as from source with Rust";

/** The path of the program. Throws NotUsable. */
function findProgram() {
  const { optionalDependencies: packages } = require("../package.json");
  const platform = `${process.platform}-${process.arch}`;
  const name = `@spapi/${platform}`;
  if (!(name in packages)) {
    const all = Object.keys(packages).map((known) => known.replace("@spapi/", ""));
    throw new NotUsable(`there is no spapi for ${platform}, only for ${all.join(", ")}; ${OTHER_WAYS}`);
  }
  let manifest;
  try {
    manifest = require(`${name}/package.json`);
  } catch (error) {
    if (error.code !== "MODULE_NOT_FOUND") throw error;
    throw new NotUsable(
      `the package ${name} is not installed. Install spapi again, without --omit=optional and --no-optional; ` +
        "a node_modules folder of another platform must be removed first",
    );
  }
  checkLibc(manifest.spapi.glibc);
  return require.resolve(`${name}/${manifest.spapi.program}`);
}

/** Throws NotUsable if the program needs a newer glibc than this machine has. `needed` is null if it needs none. */
function checkLibc(needed) {
  if (!needed || process.platform !== "linux") return;
  // Network interfaces may take seconds to list, and are not needed.
  process.report.excludeNetwork = true;
  const found = process.report.getReport().header.glibcVersionRuntime;
  if (!found) {
    throw new NotUsable(
      `spapi needs glibc ${needed} or newer, and this system has another C library, as Alpine Linux has musl; ${OTHER_WAYS}`,
    );
  }
  if (isOlder(found, needed)) {
    throw new NotUsable(
      `spapi needs glibc ${needed} or newer, and this system has ${found}: use a newer system or image; ${OTHER_WAYS}`,
    );
  }
}

/** Whether one version of two numbers is older than another. */
function isOlder(one, other) {
  const [major, minor] = one.split(".").map(Number);
  const [otherMajor, otherMinor] = other.split(".").map(Number);
  return major !== otherMajor ? major < otherMajor : minor < otherMinor;
}

module.exports = { findProgram, NotUsable };
