"""Shell Sources for snipproof: the row of the language, found through its entry point."""

from snipproof.api import Language

SHELL = Language(
    name="shell",
    title="shell",
    extensions=(".sh", ".bash"),
    display_languages=("bash", "sh", "shell", "zsh", "console"),
    comment_tokens=("#",),
    name_endings=("shell", "bash", "sh", "curl"),
    is_program=False,
    runner="snipproof_shell.runner:ShellRunner",
    grammars={".sh": "tree_sitter_bash:language"},
)
