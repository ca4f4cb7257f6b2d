package snipproof;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** What markers become: each passing of one writes an event and, to the real standard output, a separator. */
public final class Probe {

    /** The number that says that a test is over. */
    static final int TEST_ENDED = 0;

    private static final OutputStream STDOUT = new FileOutputStream(FileDescriptor.out);
    private static OutputStream events = OutputStream.nullOutputStream();
    private static String separator = "";

    private Probe() {}

    /** Tells that the marker of line {@code number} is passed; a negative number is that of a function's end. */
    public static void pass(int number) {
        // Outside the lock: whoever prints holds the lock of System.out, and what he prints may pass a probe.
        flush();
        synchronized (Probe.class) {
            tell("{\"line\": " + number + ", \"time\": " + System.nanoTime() / 1e9 + "}");
            write(STDOUT, separator + number + separator);
        }
    }

    /** Begins a Source: its events go to {@code events}. */
    static synchronized void begin(OutputStream events, String separator) {
        Probe.events = events;
        Probe.separator = separator;
    }

    /** Writes out what is printed so far: the Source may have put a stream that keeps it in the place of ours. */
    static void flush() {
        if (System.out != null) {
            System.out.flush();
        }
    }

    /** Writes one event. */
    static synchronized void tell(String json) {
        write(events, json + "\n");
    }

    private static void write(OutputStream out, String text) {
        try {
            out.write(text.getBytes(StandardCharsets.UTF_8)); // one call of the system: other threads write too
        } catch (IOException error) {
            // A probe that cannot tell counts as never passed, which is red already.
        }
    }
}
