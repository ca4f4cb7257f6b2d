package snipproof;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** What the probes of a Source call: writes an event, and a mark to the real standard output. */
public final class Probe {

    private static final StackWalker STACK = StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE);
    private static final OutputStream STDOUT = new FileOutputStream(FileDescriptor.out);
    private static final Map<Class<?>, Boolean> OWN = new ConcurrentHashMap<>();
    private static final Map<String, Integer> STANDING = new HashMap<>();
    private static OutputStream events = OutputStream.nullOutputStream();
    private static String separator = "";
    private static List<String> types = List.of();
    private static Trace trace = new Trace("", List.of());
    private static Thread foreground = Thread.currentThread();
    private static int marks;

    /** Which signals were written before, by number and kind. It only grows, so that it can be read without a lock. */
    private static boolean[] known = new boolean[0];

    /** The errors that Regions announce, with the names of the Regions. */
    private static final Map<Throwable, String> RAISED = Collections.synchronizedMap(new IdentityHashMap<>());

    /** The errors that have left functions, with the numbers of the functions, in order. */
    private static final List<Map.Entry<Throwable, Integer>> FAILURES = new ArrayList<>();

    /** What was reported of handlers: the number of each, and that of a function. */
    private static final Set<String> CAUGHT = ConcurrentHashMap.newKeySet();

    private static final int MAX_FAILURES = 1000;

    private Probe() {}

    /** Reports that a function was called, and returns its frame. Those of other Sources are ignored. */
    public static Frame enter(int number) {
        boolean isOwn = isOwn(STACK.getCallerClass());
        if (isOwn) {
            once(Signal.ENTER, number, 0, false);
        }
        return new Frame(isOwn, number);
    }

    /** Reports that an object of a class was made. */
    public static void made(int number) {
        if (isOwn(STACK.getCallerClass())) {
            once(Signal.MADE, number, 0, false);
        }
    }

    private static boolean isOwn(Class<?> caller) {
        return OWN.computeIfAbsent(caller, each -> {
            String name = each.getName();
            return types.stream().anyMatch(type -> name.equals(type) || name.startsWith(type + "$"));
        });
    }

    /** Returns whether the running thread is not the one that runs the tests. */
    static boolean isBackground() {
        return Thread.currentThread() != foreground;
    }

    /** Writes an event, unless it was written before. */
    static void once(Signal signal, int number, int group, boolean isBackground) {
        if (!isKnown(signal, number)) {
            emit(signal, number, group, isBackground);
        }
    }

    /** Notes that one more frame stands in a set of Regions; writes an event if it is the first one. */
    static void come(int number, int group, boolean isBackground) {
        boolean isFirst;
        synchronized (STANDING) {
            isFirst = STANDING.merge(place(group, isBackground), 1, Integer::sum) == 1;
        }
        if (isFirst || !isKnown(Signal.AT, number)) {
            emit(Signal.AT, number, group, isBackground);
        }
    }

    /** Notes that a frame left a set of Regions; writes an event if it was the last one. */
    static void go(int group, boolean isBackground) {
        boolean isLast;
        synchronized (STANDING) {
            isLast = STANDING.merge(place(group, isBackground), -1, Integer::sum) == 0;
        }
        if (isLast) {
            emit(Signal.EXIT, 0, group, isBackground);
        }
    }

    /** Notes that an error has left a function; the first ones are enough. */
    static void failed(Throwable error, int function) {
        synchronized (FAILURES) {
            if (FAILURES.size() < MAX_FAILURES) {
                FAILURES.add(Map.entry(error, function));
            }
        }
    }

    /** Returns how many times an error has left a function. */
    static int failures() {
        synchronized (FAILURES) {
            return FAILURES.size();
        }
    }

    /**
     * Reports the functions that an error has left which comes to a handler.
     *
     * @param error what the handler catches; {@code null} for any
     * @param since the number of failures before it
     */
    static void caught(int handler, Throwable error, int since) {
        List<Throwable> chain = error == null ? null : Trace.causes(error);
        Set<Integer> functions = new LinkedHashSet<>();
        synchronized (FAILURES) {
            for (Map.Entry<Throwable, Integer> each : FAILURES.subList(since, FAILURES.size())) {
                if (chain == null || chain.contains(each.getKey())) {
                    functions.add(each.getValue());
                }
            }
        }
        for (int function : functions) {
            if (CAUGHT.add(handler + "-" + function)) {
                emit(Signal.CAUGHT, function, String.valueOf(handler), isBackground());
            }
        }
    }

    /** Returns the error that has left a function last, {@code null} if none has. */
    static Throwable lastFailure() {
        synchronized (FAILURES) {
            return FAILURES.isEmpty() ? null : FAILURES.get(FAILURES.size() - 1).getKey();
        }
    }

    /** Reports an error that left the statement of a Region that announces it. */
    static void raised(Throwable error, String region) {
        if (RAISED.putIfAbsent(error, region) == null) {
            flush();
            writeEvent(trace.event(error, "", region));
        }
    }

    /** Returns the name of the Region that announced an error, "" if none did. */
    static String announced(Throwable error) {
        return RAISED.getOrDefault(error, "");
    }

    private static String place(int group, boolean isBackground) {
        return group + (isBackground ? "-background" : "");
    }

    private static int index(Signal signal, int number) {
        return number * Signal.values().length + signal.ordinal();
    }

    /** Returns whether an event was written before; another thread may have just written it. */
    static boolean isKnown(Signal signal, int number) {
        boolean[] all = known;
        int index = index(signal, number);
        return index < all.length && all[index];
    }

    private static synchronized void know(Signal signal, int number) {
        int index = index(signal, number);
        if (index >= known.length) {
            known = Arrays.copyOf(known, 2 * index + 1);
        }
        known[index] = true;
    }

    private static void emit(Signal signal, int number, int group, boolean isBackground) {
        emit(signal, number, place(group, isBackground), isBackground);
    }

    private static void emit(Signal signal, int number, String frame, boolean isBackground) {
        // Outside the lock: printing holds the lock of System.out, and may call code that has probes.
        flush();
        synchronized (Probe.class) {
            know(signal, number);
            writeEvent("{\"signal\": \"" + signal + "\", \"line\": " + number + ", \"frame\": \""
                    + frame + "\", \"background\": " + isBackground
                    + ", \"time\": " + System.nanoTime() / 1e9 + ", \"mark\": " + marks + "}");
            write(STDOUT, separator + marks + separator);
            marks++;
        }
    }

    /** Begins the run of a Source with these top-level {@code types}; its events go to {@code events}. */
    static synchronized void begin(OutputStream events, String separator, List<String> types, Trace trace) {
        Probe.events = events;
        Probe.separator = separator;
        Probe.types = types;
        Probe.trace = trace;
        foreground = Thread.currentThread();
        known = new boolean[0];
        OWN.clear();
        STANDING.clear();
        RAISED.clear();
        FAILURES.clear();
        CAUGHT.clear();
        marks = 0;
    }

    /** Ends the run of a Source: what still runs of it is not reported. */
    static void end() throws IOException {
        OutputStream ended = events;
        begin(OutputStream.nullOutputStream(), "", List.of(), trace);
        ended.close();
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
