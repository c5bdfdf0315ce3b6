#!/usr/bin/env bash
# The work of action.yml: checks models, and puts annotations into the log, one table into the summary of the job, and
# the same table into a comment on the pull request. The exit code is that of `arenite check`.
#
# MODELS: files and folders, one a line. OPTIONS: further options of `arenite check`, separated by white space.
# BASE: a commit to compare with. MAX_GROWTH, ALLOW_NEW: see `arenite check`. PULL_REQUEST: its number, to comment on.
set -euo pipefail

marker='<!-- arenite check -->'
# A comment has at most 65,536 characters; the table is ASCII.
most_bytes=60000
temporary=$(mktemp -d "${RUNNER_TEMP:-${TMPDIR:-/tmp}}/arenite.XXXXXX")
tree=$temporary/base

clean() {
    git worktree remove --force "$tree" > "$temporary/log" 2>&1 || true
    rm -rf "$temporary"
}
trap clean EXIT

mapfile -t models < <(sed '/^[[:space:]]*$/d' <<< "$MODELS")
read -rd '' -a options <<< "${OPTIONS:-}" || true
if [ -n "${BASE:-}" ]; then
    # Checkouts of workflows have one commit only, as a rule.
    if ! git cat-file -e "$BASE^{commit}" 2> /dev/null; then
        git fetch --quiet --no-tags --depth=1 -- origin "$BASE" || {
            echo "::error title=arenite check::the base to compare with cannot be fetched"
            exit 2
        }
        BASE=FETCH_HEAD
    fi
    git worktree add --quiet --detach "$tree" "$BASE"
    folder=$tree/$(git rev-parse --show-prefix)
    # A folder that is new in this pull request is not in the base: then every model is new.
    mkdir -p "$folder"
    options+=(--compare "$folder")
    if [ -n "${MAX_GROWTH:-}" ]; then
        options+=(--max-growth "$MAX_GROWTH")
        if [ "${ALLOW_NEW:-}" = true ]; then options+=(--allow-new); fi
    fi
elif [ -n "${MAX_GROWTH:-}" ]; then
    echo "::error title=arenite check::max-growth needs a base to compare with"
    exit 2
fi

code=0
arenite check --no-hints "${options[@]}" --format github -- "${models[@]}" || code=$?
# The same check again; its exit code and its error are known.
arenite check --no-hints "${options[@]}" --format markdown -- "${models[@]}" > "$temporary/table.md" 2> /dev/null || true

if [ -n "${GITHUB_STEP_SUMMARY:-}" ]; then cat "$temporary/table.md" >> "$GITHUB_STEP_SUMMARY"; fi

comment() {
    local comments=repos/$GITHUB_REPOSITORY/issues/$PULL_REQUEST/comments ids id
    {
        echo "$marker"
        awk -v most="$most_bytes" '{ bytes += length($0) + 1 } bytes < most' "$temporary/table.md"
    } > "$temporary/comment.md"
    ids=$(gh api --paginate "$comments" --jq ".[] | select(.body | startswith(\"$marker\")) | .id") || return
    id=${ids%%$'\n'*}
    if [ -n "$id" ]; then
        gh api --method PATCH "repos/$GITHUB_REPOSITORY/issues/comments/$id" -F "body=@$temporary/comment.md"
    else
        gh api --method POST "$comments" -F "body=@$temporary/comment.md"
    fi
}

if [ -n "${PULL_REQUEST:-}" ] && [ -s "$temporary/table.md" ]; then
    # Pull requests from forks may not comment: the check counts all the same.
    comment > "$temporary/log" ||
        echo "::warning title=arenite check::the comment cannot be written; does the job have pull-requests: write?"
fi
exit "$code"
