# Sourced by bash before a Source, in the same process: defines the probes. The runner puts values in place of @NAMES@.
#
# Probes write events to a file that is opened each time, and marks to what were standard output and standard error when
# the Source began: a Source may redirect both. `$?` and `$_` are the same behind a probe as before it.

unset BASH_ENV
exec {__snipproof_out}>&1 {__snipproof_err}>&2
__snipproof_frame=0 __snipproof_frames=0 __snipproof_group=0 __snipproof_count=0 __snipproof_over='' __snipproof_line=0
__snipproof_begun='' __snipproof_known=() __snipproof_ended=() __SP_PIPES=()

# SIGNAL NUMBER FRAME: writes an event, and its mark.
__snipproof_emit() {
  local mark=$((BASHPID * 1000000 + ++__snipproof_count)) now=${EPOCHREALTIME/,/.}
  builtin printf '%s{"signal": "%s", "line": %d, "frame": "%s", "time": %s, "mark": %d}\n' \
    @TOKEN@ "$1" "$2" "$3" "$now" "$mark" 2>/dev/null >>@EVENTS@
  { builtin printf '%s%d%s' @TOKEN@ "$mark" @TOKEN@ >&"$__snipproof_out"; } 2>/dev/null
  { builtin printf '%s%d%s' @TOKEN@ "$mark" @TOKEN@ >&"$__snipproof_err"; } 2>/dev/null
}

# STATUS LINE...: ends this shell; the other ones end at their next probe.
__snipproof_fail() {
  local status=$1 IFS=,
  shift
  builtin printf '%s{"status": %d, "lines": [%s]}\n' @TOKEN@ "$status" "$*" 2>/dev/null >>@EVENTS@
  builtin printf 'x' 2>/dev/null >>@FAILED@
  __snipproof_over=1
  exit "$status"
}

# NUMBER GROUP HERE KIND CHECK LINE DONE FORCE STATUS PIPESTATUS... LAST: a statement at the line HERE begins, or goes on
# behind a block, as KIND has it, and the one at LINE has ended. CHECK is what the exit code of that one means: 0 nothing, 1 a failure, 2 the same, with the codes of
# a pipeline, 3 and 4 likewise, but only if it is that of a function that a Snippet shows, 5 that its function fails.
__snipproof_at() {
  local status=$9 code bad=0 returned=''
  [[ $__snipproof_over ]] && return "$status"
  __SP_PIPES=("${@:10:$#-10}")
  [[ $__snipproof_begun ]] || __snipproof_begun=1 BASH_ARGV0=@SOURCE@ # bash itself sets `$0` behind the prelude
  if [[ -s @FAILED@ ]]; then
    __snipproof_over=1
    exit 1
  fi
  [[ -s @RETURNED@ ]] && { returned=$(<@RETURNED@) && : >|@RETURNED@; } 2>/dev/null
  if (($5)); then
    if (($5 == 2 || $5 == 4)); then
      for code in "${__SP_PIPES[@]:0:${#__SP_PIPES[@]}-1}"; do
        ((code && code != 141)) && bad=$code # 141: nothing reads on, as before `head`
      done
    fi
    ((status)) && bad=$status
    if ((bad && $5 < 5)) && { (($5 < 3)) || [[ $returned ]]; }; then
      __snipproof_fail "$bad" "$6" ${returned:+"$returned"}
    fi
  fi
  if (($7 && !bad)) && [[ ! ${__snipproof_ended[$7]-} ]]; then
    __snipproof_ended[$7]=1
    __snipproof_emit 'done' "$7" "$__snipproof_frame"
  fi
  if (($1)) && [[ ! ${__snipproof_known[$1]-} ]] || (($2 != __snipproof_group || $8)); then
    __snipproof_known[$1]=1
    __snipproof_group=$2
    __snipproof_emit at "$1" "$__snipproof_frame"
  fi
  if [[ $4 == return ]]; then
    __snipproof_line=0
    (($1)) && __snipproof_emit left "$1" "$__snipproof_frame"
  elif [[ $4 == begins ]]; then
    __snipproof_line=$(($1 ? $3 : 0))
  fi
  return "$status"
}

# STATUS NUMBER: a function begins.
__snipproof_enter() {
  [[ $__snipproof_over ]] || __snipproof_emit enter "$2" "$__snipproof_frame"
  return "$1"
}

# STATUS NUMBER: it has returned. A caller may handle a failure.
__snipproof_exit() {
  [[ $__snipproof_over ]] && return
  __snipproof_emit exit "$2" "$__snipproof_frame"
  if (($1 && __snipproof_line)); then
    builtin printf '%d' "$__snipproof_line" 2>/dev/null >|@RETURNED@
  elif [[ -s @RETURNED@ ]]; then
    : 2>/dev/null >|@RETURNED@
  fi
}
