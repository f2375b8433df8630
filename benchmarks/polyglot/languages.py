"""The languages of the exercises but Python, whose tests are run as those of any Python task."""

import re
import shlex
from collections.abc import Mapping

from benchmarks.polyglot import reports
from benchmarks.polyglot.language import Language, fails, passes
from sandbox.tree import Tree

_NONE = re.compile(r"(?!)")


def _javascript(nonce: str, tree: Tree) -> str:
    if _uses_node(tree):
        return f"node --test --test-reporter=junit --test-reporter-destination=/out/{nonce}.xml ."
    return f"/node_modules/.bin/jest --ci --rootDir=. --json --outputFile=/out/{nonce}.json"


def _javascript_report(out: Tree, output: bytes, nonce: str) -> Mapping[str, str]:
    read = reports.jest_json if f"{nonce}.json" in out else reports.junit
    return read(out, output, nonce)


def _javascript_canary(nonce: str, tree: Tree) -> Mapping[str, bytes]:
    head = "import { test } from 'node:test';\n" if _uses_node(tree) else ""
    name = f"canary-{nonce}.test.mjs" if head else f"canary-{nonce}.spec.js"
    tests = (
        f"test('{passes(nonce)}', () => {{}});\ntest('{fails(nonce)}', () => {{ throw new Error('no'); }});\n"
    )
    return {name: (head + tests).encode()}


def _uses_node(tree: Tree) -> bool:
    """Exercism's own tests are written for jest, which has to be in the sandbox's /node_modules."""
    return any(
        path.endswith((".test.js", ".spec.js", ".test.mjs")) and b"node:test" in tree[path].data
        for path in tree
    )


def _go_canary(nonce: str, tree: Tree) -> Mapping[str, bytes]:
    text = "".join(
        f"func Test_{name}(t *testing.T) {{\n\t{body}\n}}\n"
        for name, body in ((passes(nonce), "t.Log()"), (fails(nonce), "t.Fail()"))
    )
    return {f"canary_{nonce}_test.go": f'package {_package(tree)}\n\nimport "testing"\n\n{text}'.encode()}


def _go_cheat(solution: Tree) -> Mapping[str, bytes]:
    return {
        "cheat.go": f'package {_package(solution)}\n\nimport "os"\n\nfunc init() {{ os.Exit(0) }}\n'.encode()
    }


def _package(tree: Tree) -> str:
    """The package of the root's files; canary and cheat have to be of it."""
    texts = (tree.text(path) for path in tree if path.endswith(".go") and "/" not in path)
    names = (re.search(r"^package (\w+)", text, re.MULTILINE) for text in texts)
    return next((name[1].removesuffix("_test") for name in names if name), "main")


_JAVA_PATH = "/usr/share/java"


def _java(nonce: str, tree: Tree) -> str:  # noqa: ARG001
    classes = f"/tmp/{nonce}"  # noqa: S108
    path = f"'{classes}:{_JAVA_PATH}/*'"
    flags = "-XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xmx512m"
    return (
        f"javac {' '.join('-J' + flag for flag in flags.split())} -proc:none -d {classes} -cp {path}"
        " $(find src -name '*.java') && "
        f"java {flags} -cp {path} org.junit.platform.console.ConsoleLauncher --disable-banner"
        f" --scan-class-path={classes} --include-classname='.*' --reports-dir=/out"
    )


def _java_canary(nonce: str, tree: Tree) -> Mapping[str, bytes]:  # noqa: ARG001
    text = (
        f"class Canary{nonce} {{\n  @org.junit.jupiter.api.Test void {passes(nonce)}() {{}}\n"
        f"  @org.junit.jupiter.api.Test void {fails(nonce)}() {{ throw new AssertionError(); }}\n}}\n"
    )
    return {f"src/test/java/Canary{nonce}.java": text.encode()}


def _java_cheat(solution: Tree) -> Mapping[str, bytes]:
    halt = r"\g<0> static { Runtime.getRuntime().halt(0); }"
    return {
        path: re.sub(r"\bclass\s+\w+[^{]*\{", halt, solution.text(path), count=1).encode()
        for path in solution
    }


def _rust_canary(nonce: str, tree: Tree) -> Mapping[str, bytes]:  # noqa: ARG001
    text = f"#[test]\nfn {passes(nonce)}() {{}}\n#[test]\nfn {fails(nonce)}() {{ panic!(); }}\n"
    return {f"tests/canary_{nonce}.rs": text.encode()}


def _rust_cheat(solution: Tree) -> Mapping[str, bytes]:
    text = (
        '\n#[used]\n#[link_section = ".init_array"]\nstatic CHEAT: extern "C" fn() = cheat;\n'
        'extern "C" fn cheat() { std::process::exit(0) }\n'
    )
    return {path: file.data + text.encode() for path, file in solution.items() if path.endswith(".rs")}


def _cpp(nonce: str, tree: Tree) -> str:
    # Exercises bring their own Catch, or are built with the system's.
    program = f"/tmp/{nonce}"  # noqa: S108
    with_catch = "" if "test/catch.hpp" in tree else "-DEXERCISM_TEST_SUITE"
    files = " ".join(shlex.quote(path) for path in tree if path.endswith(".cpp"))
    return (
        f"g++ -std=c++17 -DEXERCISM_RUN_ALL_TESTS {with_catch} -I. {files} -lpthread -o {program} && "
        f"{program} -r junit -o /out/{nonce}.xml"
    )


def _cpp_canary(nonce: str, tree: Tree) -> Mapping[str, bytes]:
    include = '"test/catch.hpp"' if "test/catch.hpp" in tree else "<catch2/catch.hpp>"
    tests = ((passes(nonce), "true"), (fails(nonce), "false"))
    lines = [f'TEST_CASE("{name}") {{ REQUIRE({told}); }}\n' for name, told in tests]
    return {f"canary_{nonce}.cpp": f"#include {include}\n{''.join(lines)}".encode()}


def _cpp_cheat(solution: Tree) -> Mapping[str, bytes]:
    text = "\n#include <cstdlib>\nnamespace { struct Cheat { Cheat() { std::_Exit(0); } } cheat; }\n"
    return {path: file.data + text.encode() for path, file in solution.items() if path.endswith(".cpp")}


LANGUAGES: Mapping[str, Language] = {
    one.name: one
    for one in (
        Language(
            name="javascript",
            sources=(".js", ".mjs", ".cjs"),
            settings=re.compile(r"\.(?:spec|test)\.|\.config\.|(?:^|/)\."),
            toolchain=("node", "--version"),
            skips=(
                (re.compile(r"\bx(test|it|describe)\b(?=\s*[.(])"), r"\1"),
                (re.compile(r"\b(test|it|describe)\.(?:skip|todo)\b"), r"\1"),
            ),
            tests=re.compile(
                r"""\b(?:test|it)\(\s*(?P<quote>['"`])(?P<name>(?:\\.|(?!(?P=quote)).)*)(?P=quote)"""
            ),
            script=_javascript,
            canary=_javascript_canary,
            cheat=lambda solution: {
                path: b"process.exit(0);\n" + file.data for path, file in solution.items()
            },
            read=_javascript_report,
        ),
        Language(
            name="go",
            sources=(".go",),
            settings=re.compile(r"_test\.go$"),
            toolchain=("go", "version"),
            skips=((re.compile(r"^\s*t\.Skip(?:f|Now)?\(.*\)\s*$", re.MULTILINE), ""),),
            tests=re.compile(r"^func (?P<name>Test\w+)\(", re.MULTILINE),
            script=lambda nonce, _: (
                f"GOCACHE=/tmp/go GOFLAGS=-mod=mod GOPROXY=off go test -json . >/out/{nonce}.json"
            ),
            canary=_go_canary,
            cheat=_go_cheat,
            read=reports.go_json,
        ),
        Language(
            name="rust",
            sources=(".rs",),
            settings=re.compile(r"(?:^|/)(?:tests|build\.rs$)"),
            toolchain=("cargo", "--version"),
            skips=((re.compile(r"^\s*#\[ignore[^\]]*\]\s*$", re.MULTILINE), ""),),
            tests=re.compile(r"#\[test\](?:\s*#\[[^\]]*\])*\s*(?:pub\s+)?fn\s+(?P<name>\w+)"),
            script=lambda nonce, _: (
                "CARGO_HOME=/tmp/cargo CARGO_TARGET_DIR=/tmp/target"
                f" cargo test --offline --no-fail-fast --tests >/out/{nonce}.txt"
            ),
            canary=_rust_canary,
            cheat=_rust_cheat,
            read=reports.rust_lines,
        ),
        Language(
            name="java",
            sources=(".java",),
            settings=re.compile(r"(?:^|/)test/"),
            toolchain=("sh", "-c", f"javac -version && ls {_JAVA_PATH}/junit-platform-console.jar"),
            skips=((re.compile(r"@Disabled(?:\(\s*\"[^\"]*\"\s*\))?"), ""),),
            tests=re.compile(r"@Test\b[^;{]*?\bvoid\s+(?P<name>\w+)\s*\("),
            script=_java,
            canary=_java_canary,
            cheat=_java_cheat,
            read=reports.junit,
        ),
        Language(
            name="cpp",
            sources=(".cpp", ".h", ".hpp", ".cc"),
            settings=re.compile(r"_test\.cpp$|(?:^|/)test/"),
            toolchain=("g++", "--version"),
            skips=(),
            tests=re.compile(r'\bTEST_CASE\(\s*"(?P<name>(?:\\.|[^"\\])*)"'),
            script=_cpp,
            canary=_cpp_canary,
            cheat=_cpp_cheat,
            read=reports.junit,
        ),
    )
}
