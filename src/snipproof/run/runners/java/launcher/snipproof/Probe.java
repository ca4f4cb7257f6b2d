package snipproof;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What the probes of a Source call: writes an event, and a mark to the real standard output. */
public final class Probe {

    private static final StackWalker STACK = StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE);
    private static final OutputStream STDOUT = new FileOutputStream(FileDescriptor.out);
    private static final Set<String> KNOWN = new HashSet<>();
    private static OutputStream events = OutputStream.nullOutputStream();
    private static String separator = "";
    private static List<String> types = List.of();
    private static int marks;
    private static int frames;

    private Probe() {}

    /** Reports that a function was called, and returns its frame. Those of other Sources are ignored. */
    public static Frame enter(int number) {
        if (!isOwn(STACK.getCallerClass())) {
            return new Frame(-1);
        }
        synchronized (Probe.class) {
            Frame frame = new Frame(++frames);
            once("enter", number, frame.id);
            return frame;
        }
    }

    /** Reports that an object of a class was made. */
    public static void made(int number) {
        if (isOwn(STACK.getCallerClass())) {
            once("made", number, 0);
        }
    }

    private static boolean isOwn(Class<?> caller) {
        String name = caller.getName();
        return types.stream().anyMatch(type -> name.equals(type) || name.startsWith(type + "$"));
    }

    /** Returns whether an event was written before. */
    static synchronized boolean isKnown(String signal, int number) {
        return KNOWN.contains(signal + number);
    }

    /** Writes an event, unless it was written before. */
    static void once(String signal, int number, int frame) {
        if (!isKnown(signal, number)) {
            emit(signal, number, frame);
        }
    }

    /** Writes an event. */
    static void emit(String signal, int number, int frame) {
        // Outside the lock: printing holds the lock of System.out, and may call code that has probes.
        flush();
        synchronized (Probe.class) {
            KNOWN.add(signal + number);
            writeEvent("{\"signal\": \"" + signal + "\", \"line\": " + number + ", \"frame\": \"" + frame
                    + "\", \"time\": " + System.nanoTime() / 1e9 + ", \"mark\": " + marks + "}");
            write(STDOUT, separator + marks + separator);
            marks++;
        }
    }

    /** Begins the run of a Source with these top-level {@code types}; its events go to {@code events}. */
    static synchronized void begin(OutputStream events, String separator, List<String> types) {
        Probe.events = events;
        Probe.separator = separator;
        Probe.types = types;
        KNOWN.clear();
        marks = 0;
    }

    /** Flushes the output so far: the Source may have replaced the stream by one that buffers it. */
    static void flush() {
        if (System.out != null) {
            System.out.flush();
        }
    }

    /** Writes one event. */
    static synchronized void writeEvent(String json) {
        write(events, separator + json + "\n");
    }

    private static void write(OutputStream out, String text) {
        try {
            out.write(text.getBytes(StandardCharsets.UTF_8)); // one system call, since other threads write too
        } catch (IOException error) {
            // A probe that cannot write counts as never passed, so its Snippet fails.
        }
    }
}
