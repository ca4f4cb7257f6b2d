package snipproof;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** The probes in place of markers: passing one writes an event, and a separator to the real standard output. */
public final class Probe {

    /** The number that marks the end of a test. */
    static final int TEST_ENDED = 0;

    private static final OutputStream STDOUT = new FileOutputStream(FileDescriptor.out);
    private static OutputStream events = OutputStream.nullOutputStream();
    private static String separator = "";

    private Probe() {}

    /** Reports that a probe is passed: {@code number} is its line, negative at the exit of a function. */
    public static void pass(int number) {
        // Outside the lock: printing holds the lock of System.out, and may call code that passes a probe.
        flush();
        synchronized (Probe.class) {
            writeEvent("{\"line\": " + number + ", \"time\": " + System.nanoTime() / 1e9 + "}");
            write(STDOUT, separator + number + separator);
        }
    }

    /** Begins the run of a Source; its events go to {@code events}. */
    static synchronized void begin(OutputStream events, String separator) {
        Probe.events = events;
        Probe.separator = separator;
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
