from snipproof.api import Language

RUBY = Language(
    name="ruby",
    title="Ruby",
    extensions=(".rb",),
    display_languages=("ruby", "rb"),
    comment_tokens=("#",),
    name_endings=("ruby", "rb"),
    lock_files=("Gemfile.lock",),
    runner="snipproof_ruby.runner:RubyRunner",
)
