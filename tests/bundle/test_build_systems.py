"""Exported folders in CMake, PlatformIO, Zephyr and Arduino, as the documentation says.

Of these only CMake is here. What the others do is repeated: which files they compile, with which macros and standards,
on this machine and for a Cortex-M; Zephyr's package for CMake has a stand-in. What is built are blocks of the pages.
"""

from __future__ import annotations

import configparser
import re
import shlex
from pathlib import Path

import pytest
from codegen.harness import compiler
from test_bundle_runs import INCLUDES, documented, succeed
from tflm_stand_in import library_source, write_tflm

from arenite.backends.target import TFLM
from arenite.bundle import export_tflm
from arenite.codegen import write_files
from arenite.runtimes.example import example
from arenite.search.c_export import export_c
from arenite.zoo import build

STAND_IN = Path(__file__).resolve().parents[1] / "codegen" / "cmsis_nn"
DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGES = {"person": DOCS / "export.md", "net": DOCS / "mcu.md"}
WARNINGS = ("-Wall", "-Wextra", "-Werror")
CORTEX = ("-mcpu=cortex-m4", "-mthumb", "-Os", "-ffunction-sections", "-fdata-sections")

MAIN = """
#include "{name}.h"
#ifdef __cplusplus
extern "C"
#endif
int {name}_test(void);
int main(void) {{ return {name}_test(); }}
"""

ZEPHYR = """
project(zephyr C CXX)
set(CMAKE_CXX_STANDARD 17)
add_library(app STATIC)
target_compile_definitions(app PRIVATE KERNEL __ZEPHYR__=1)
target_compile_options(app PRIVATE -Wall -Wextra -Werror -fno-common $<$<COMPILE_LANGUAGE:CXX>:-fno-rtti>)
target_include_directories(app SYSTEM PRIVATE {includes})
"""

ARDUINO = """
#pragma once
#include <stdint.h>
#include <stdio.h>
struct Printer {
  void begin(long) {}
  void println(int number) { printf("%d\\n", number); }
};
static Printer Serial;
"""

CORE = """
#include <Arduino.h>
#include "sketch.cpp"
int main() {
  setup();
  loop();
}
"""


@pytest.fixture(scope="module", params=PAGES)
def exported(request):
    """Name and files of an export: `person` is C, `net` a bundle; and the source of a library that is TFLM for it."""
    model = build("resnet8", channels=4, resolution=16)
    if request.param == "person":
        return request.param, export_c(model, "person"), ""
    return request.param, export_tflm(model, "net", TFLM), library_source(example(model))


@pytest.fixture
def project(exported, tmp_path):
    """Name of the export, and a folder with TFLM's stand-in."""
    name, _, library = exported
    write_tflm(tmp_path / "tflm")
    (tmp_path / "library.cc").write_text(library)
    return name, tmp_path


def block(name, language, mark):
    """The block of code with a mark in the page about an export."""
    blocks = re.findall(rf"^```{language}\n(.*?)^```$", PAGES[name].read_text("utf-8"), re.MULTILINE | re.DOTALL)
    (found,) = (each for each in blocks if mark in each)
    return found


def objects(folder, sources, flags, prefix=""):
    """Object files of C and C++ sources, compiled one by one."""
    made = []
    for source in sources:
        tool, standard = ("gcc", "-std=gnu11") if source.suffix == ".c" else ("g++", "-std=gnu++17")
        made.append(f"{prefix}{source.stem}.o")
        succeed([compiler(prefix + tool), standard, *WARNINGS, *flags, "-c", source, "-o", made[-1]], folder)
    return made


def run(folder, sources, flags):
    """What a program prints that is linked from all sources, if it ends well; they also compile for a Cortex-M."""
    objects(folder, sources, [*flags, *CORTEX], "arm-none-eabi-")
    succeed([compiler("g++"), *objects(folder, sources, flags), "-o", "program"], folder)
    return succeed([folder / "program"], folder)


def test_platformio(exported, project):
    """Every source of a folder in `lib` is compiled, with the folder among the include folders."""
    (name, files, _), (_, folder) = exported, project
    write_files(files, folder / "lib" / name)
    (folder / "main.c").write_text(MAIN.format(name=name))
    sources, flags = [*sorted(folder.glob("lib/*/*.c*")), folder / "main.c"], []
    if name == "net":
        settings = configparser.ConfigParser()
        settings.read_string("[env]\n" + block(name, "ini", "build_flags"))
        standard, *flags = shlex.split(settings["env"]["build_flags"])
        assert standard == "-std=gnu++17"
        assert flags[-4:] == ["-L", "tflite-micro", "-l", "tensorflow-microlite"]
        (folder / "tflite-micro").symlink_to(folder / "tflm")
        sources.append(folder / "library.cc")
    run(folder, sources, ["-DPLATFORMIO=60200", *flags[:-4], f"-Ilib/{name}"])


def test_arduino(exported, project):
    """Every source below `src` of a sketch is compiled, without its folder among the include folders."""
    (name, files, _), (_, folder) = exported, project
    write_files(files, folder / "src" / name)
    sketch = block(name, "cpp", "void setup()")
    (folder / "sketch.cpp").write_text(sketch)
    (folder / "Arduino.h").write_text(ARDUINO)
    (folder / "core.cpp").write_text(CORE)
    library = [folder / "library.cc"] if name == "net" else []
    sources = [*sorted(folder.glob("src/*/*.c*")), folder / "core.cpp", *library]
    tflm = ["-DTF_LITE_STATIC_MEMORY", *(f"-Itflm/{each}" for each in INCLUDES)]
    assert re.fullmatch(r"-?\d+\n", run(folder, sources, ["-DARDUINO=10819", "-I.", *tflm]))


def test_zephyr(exported, project, monkeypatch):
    (name, files, _), (_, folder) = exported, project
    write_files(files, folder / name)
    (folder / "src").mkdir()
    (folder / "src" / "main.c").write_text(MAIN.format(name=name))
    (folder / "CMakeLists.txt").write_text(block(name, "cmake", "find_package(Zephyr"))
    (folder / "zephyr").mkdir()
    includes = " ".join(str(folder / "tflm" / each) for each in INCLUDES)
    (folder / "zephyr" / "ZephyrConfig.cmake").write_text(ZEPHYR.format(includes=includes))
    monkeypatch.setenv("ZEPHYR_BASE", str(folder / "zephyr"))
    settings = {
        "CMAKE_SYSTEM_NAME": "Generic",
        "CMAKE_TRY_COMPILE_TARGET_TYPE": "STATIC_LIBRARY",
        "CMAKE_C_COMPILER": compiler("arm-none-eabi-gcc"),
        "CMAKE_CXX_COMPILER": compiler("arm-none-eabi-g++"),
        "CMAKE_C_FLAGS": " ".join(CORTEX),
        "CMAKE_CXX_FLAGS": " ".join(CORTEX),
    }
    given = [part for key, value in settings.items() for part in ("-D", f"{key}={value}")]
    succeed([compiler("cmake"), "-S", ".", "-B", "build", *given], folder)
    succeed(["cmake", "--build", "build"], folder)
    defined = succeed([compiler("arm-none-eabi-nm"), "--defined-only", "build/libapp.a"], folder)
    assert re.findall(r" T (main|\w+_test)$", defined, re.MULTILINE).count("main") == 1
    assert f" T {name}_test\n" in defined


def test_another_cmake_project(exported, project):
    (name, files, _), (_, folder) = exported, project
    write_files(files, folder / name)
    (folder / "main.c").write_text(MAIN.format(name=name).replace(f"{name}_test", f"{name}_invoke_once"))
    call = "person_invoke(); return 0" if name == "person" else "return net_start()"
    (folder / "once.c").write_text(f'#include "{name}.h"\nint {name}_invoke_once(void) {{ {call}; }}\n')
    includes = " ".join(str(folder / "tflm" / each) for each in INCLUDES)
    tflm = f"add_library(tflm STATIC library.cc)\ntarget_include_directories(tflm PUBLIC {includes})\n"
    (folder / "CMakeLists.txt").write_text(
        "cmake_minimum_required(VERSION 3.13)\nproject(app C CXX)\nadd_definitions(-DTF_LITE_STATIC_MEMORY)\n"
        f"add_executable(app main.c once.c)\n{tflm if name == 'net' else ''}"
        + block(name, "cmake", f"add_subdirectory({name})")
    )
    succeed([compiler("cmake"), "-S", ".", "-B", "build"], folder)
    succeed(["cmake", "--build", "build"], folder)
    succeed([folder / "build" / "app"], folder)
    assert not list(folder.glob(f"build/{name}/{name}_test*"))


def test_the_folder_as_a_cmake_project(tmp_path):
    write_files(export_c(build("resnet8", channels=4, resolution=16), "person"), tmp_path / "person")
    compiler("cmake")
    assert "100% tests passed" in succeed(["sh", "-c", documented(PAGES["person"], "cmake -S person")], tmp_path)


def test_the_folder_with_cmsis_nn(tmp_path):
    """The page's line, with the header of a stand-in where the page has a path."""
    write_files(export_c(build("resnet8", channels=4, resolution=16), "fast", cmsis_nn="cortex-m4"), tmp_path / "fast")
    header = Path("path", "to", "CMSIS-NN", "Include", "arm_nnfunctions.h")
    (tmp_path / header).parent.mkdir(parents=True)
    (tmp_path / header).write_text("#define ARM_MATH_DSP\n" + (STAND_IN / header.name).read_text())
    compiler("arm-none-eabi-gcc")
    line = documented(PAGES["person"], "make -C fast").replace("path/to", f"{tmp_path}/path/to")
    assert "Error" not in succeed(["sh", "-c", line], tmp_path)
    assert (tmp_path / "fast" / "libfast.a").is_file()
