"""Result of a command -> the message with which it refused its input."""


def refused(result, code=2):
    """The message of a command that must have failed: one line on stderr, nothing on stdout, no traceback."""
    assert result.exit_code == code, result.output
    assert isinstance(result.exception, SystemExit)
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    assert line.startswith("arenite: error: ")
    return line
