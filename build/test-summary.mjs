// Reads a test run's results (Common Test Report Format): prints "<passed> <failed>", and appends to a file what failed and why.
//   node build/test-summary.mjs results.json failures.txt
import { appendFileSync, readFileSync } from "node:fs";

const [, , resultsPath, failuresPath] = process.argv;
try {
  const { summary, tests } = JSON.parse(readFileSync(resultsPath, "utf8")).results;
  const failed = tests.filter(test => !["passed", "pending"].includes(test.status));
  for (const test of failed) {
    appendFileSync(failuresPath, `FAILED: ${test.name}\n${indent(test.message)}${indent(test.trace)}\n`);
  }

  console.log(summary.passed, summary.tests - summary.passed - summary.pending);
} catch (error) {
  appendFileSync(failuresPath, `FAILED: the test run left no results to read: ${error.message}\n`);
  console.log(0, 1);
}

function indent(text) {
  return text ? text.trimEnd().split("\n").map(line => `  ${line}\n`).join("") : "";
}
