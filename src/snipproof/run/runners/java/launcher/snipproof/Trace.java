package snipproof;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/** Reads stack traces for the writer of a Source: only the frames of the Source and of what it calls. */
final class Trace {

    /** Frames of JUnit, of reflection and of snipproof, which surround the code of a test. */
    private static final List<String> FRAMEWORK =
            List.of("snipproof.", "org.junit.", "java.lang.reflect.", "jdk.internal.reflect.", "java.lang.invoke.");

    /** The number of frames to show of one exception: an endless recursion has many more. */
    private static final int MAX_FRAMES = 50;

    private final String path;
    private final List<String> types;

    /**
     * @param path the path of the docs source
     * @param types the full names of its top-level types
     */
    Trace(String path, List<String> types) {
        this.path = path;
        this.types = types;
    }

    /**
     * Returns the JSON event for an exception.
     *
     * @param test the method of the test that it left, if there is one
     * @param region the name of the Region that announces it, if there is one
     */
    String event(Throwable error, String test, String region) {
        List<Integer> lines = new ArrayList<>();
        StringBuilder text = new StringBuilder();
        describe(error, "", new StackTraceElement[0], lines, text, Collections.newSetFromMap(new IdentityHashMap<>()));
        String name = error.getClass().getSimpleName();
        return "{\"test\": " + Json.text(test) + ", \"region\": " + Json.text(region) + ", \"error\": {\"type\": "
                + Json.text(name.isEmpty() ? error.getClass().getName() : name) + ", \"types\": " + types(error)
                + ", \"message\": " + Json.text(message(error)) + ", \"lines\": " + lines
                + ", \"traceback\": " + Json.text(text.toString()) + "}}";
    }

    /** Returns the names of the classes of an exception as JSON. */
    private static String types(Throwable error) {
        List<String> names = new ArrayList<>();
        for (Class<?> each = error.getClass(); each != Object.class; each = each.getSuperclass()) {
            names.add(Json.text(each.getName()));
            names.add(Json.text(each.getSimpleName()));
        }
        return "[" + String.join(", ", names) + "]";
    }

    /** Returns the lines of the Source in a stack, outermost first. */
    List<Integer> lines(StackTraceElement... stack) {
        List<Integer> found = new ArrayList<>();
        for (StackTraceElement frame : stack) {
            if (frame.getLineNumber() > 0 && isOwn(frame)) {
                found.add(0, frame.getLineNumber());
            }
        }
        return found;
    }

    private void describe(
            Throwable error,
            String prefix,
            StackTraceElement[] around,
            List<Integer> lines,
            StringBuilder text,
            Set<Throwable> seen) {
        if (!seen.add(error)) {
            return; // exceptions can be causes of each other
        }
        StackTraceElement[] stack = stack(error);
        int own = stack.length - common(stack, around);
        lines.addAll(lines(Arrays.copyOf(stack, own)));
        text.append(prefix).append(error.getClass().getName());
        if (!message(error).isEmpty()) {
            text.append(": ").append(message(error));
        }
        text.append('\n');
        Arrays.stream(stack, 0, Math.min(own, depth(stack)))
                .filter(frame -> FRAMEWORK.stream().noneMatch(frame.getClassName()::startsWith))
                .limit(MAX_FRAMES)
                .forEach(frame -> text.append("    at ").append(shown(frame)).append('\n'));
        for (Throwable suppressed : error.getSuppressed()) {
            describe(suppressed, "Suppressed: ", stack, new ArrayList<>(), text, seen);
        }
        Throwable cause = cause(error);
        if (cause != null) {
            describe(cause, "Caused by: ", stack, lines, text, seen);
        }
    }

    /** Returns the number of frames down to the outermost one of the Source; those below called the test. */
    private int depth(StackTraceElement[] stack) {
        for (int index = stack.length; index > 0; index--) {
            if (isOwn(stack[index - 1])) {
                return index;
            }
        }
        return stack.length;
    }

    private static int common(StackTraceElement[] stack, StackTraceElement[] around) {
        int count = 0;
        while (count < Math.min(stack.length, around.length)
                && stack[stack.length - 1 - count].equals(around[around.length - 1 - count])) {
            count++;
        }
        return count;
    }

    private boolean isOwn(StackTraceElement frame) {
        String name = frame.getClassName();
        return types.stream().anyMatch(type -> name.equals(type) || name.startsWith(type + "$"));
    }

    private String shown(StackTraceElement frame) {
        String where = isOwn(frame) ? path : frame.getFileName();
        String line = frame.getLineNumber() > 0 ? ":" + frame.getLineNumber() : "";
        return frame.getClassName() + "." + frame.getMethodName() + "(" + where + line + ")";
    }

    /** Returns an exception and its causes. */
    static List<Throwable> causes(Throwable error) {
        List<Throwable> found = new ArrayList<>();
        for (Throwable each = error; each != null && !found.contains(each) && found.size() < MAX_FRAMES; each = cause(each)) {
            found.add(each);
        }
        return found;
    }

    /** Returns the cause; this method and those below belong to the Source, and may throw in turn. */
    private static Throwable cause(Throwable error) {
        try {
            return error.getCause();
        } catch (Throwable another) {
            return null;
        }
    }

    private static StackTraceElement[] stack(Throwable error) {
        try {
            return error.getStackTrace();
        } catch (Throwable another) {
            return new StackTraceElement[0];
        }
    }

    private static String message(Throwable error) {
        try {
            String text = error.getMessage();
            return text == null ? "" : text;
        } catch (Throwable another) {
            return "its message cannot be read: " + another.getClass().getName();
        }
    }
}
