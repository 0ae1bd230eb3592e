#!/usr/bin/env python3
"""tests/docs.py WEIR - runs the examples of README.md and docs/*.md and compares what they print.

A ```sql block that begins with "-- test" is a .test file, run by `weir test`. A ```console block is a session: lines that begin with "$ " are commands ("> " goes on with one), the lines after them what they
print, standard output and error together. Times and rates are compared without their digits. Prints `N passed, N failed`."""
import glob
import re
import subprocess
import sys
import tempfile


def blocks(path, language):
    """Yields (line, lines of the block) for each block of that language."""
    lines = open(path, encoding="utf-8").read().split("\n")
    at = 0
    while at < len(lines):
        if lines[at] != "```" + language:
            at += 1
            continue
        end = lines.index("```", at)
        yield at + 1, lines[at + 1 : end]
        at = end + 1


def examples(lines):
    """Splits a block into [command, output lines]."""
    found = []
    for line in lines:
        if line.startswith("$ "):
            found.append([line[2:], []])
        elif line.startswith("> ") and not found[-1][1]:
            found[-1][0] += "\n" + line[2:]
        else:
            found[-1][1].append(line)
    return found


def mask(text):
    """Without figures that differ from run to run, and without blanks at the ends of lines."""
    text = re.sub(r"in [\d.]+ s \([\d,]+/s\), \d+ epochs?", "in T", text)
    return "\n".join(line.rstrip() for line in text.strip().split("\n"))


def count(output):
    """The counts in the last line of `weir test`."""
    found = re.search(r"(\d+) passed, (\d+) failed\s*$", output)
    return (int(found.group(1)), int(found.group(2))) if found else (0, 1)


def run_tests(weir):
    """Runs the .test blocks; returns how many passed and failed."""
    passed = failed = 0
    for path in sorted(glob.glob("docs/*.md")):
        tests = [block for _, block in blocks(path, "sql") if block[0].startswith("-- test")]
        if not tests:
            continue
        with tempfile.NamedTemporaryFile("w", suffix=".test", encoding="utf-8") as file:
            file.write("\n".join("\n".join(block) for block in tests) + "\n")
            file.flush()
            ran = subprocess.run([weir, "test", file.name], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        good, bad = count(ran.stdout)
        passed, failed = passed + good, failed + bad
        if bad:
            print(f"not ok {path}\n{ran.stdout}")
    return passed, failed


def main(weir):
    passed, failed = run_tests(weir)
    for path in ["README.md"] + sorted(glob.glob("docs/*.md")):
        for line, block in blocks(path, "console"):
            for command, output in examples(block):
                ran = subprocess.run(
                    ["sh", "-c", command.replace("build/weir", weir)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
                )
                if mask(ran.stdout) == mask("\n".join(output)):
                    passed += 1
                    continue
                failed += 1
                print(f"not ok {path}:{line}: {command}\n{ran.stdout}")
    print(f"{passed} passed, {failed} failed")
    return failed != 0


sys.exit(main(sys.argv[1]))
