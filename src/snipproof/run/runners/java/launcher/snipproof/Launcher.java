package snipproof;

import java.io.BufferedOutputStream;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.FileReader;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.Set;
import java.util.TimeZone;
import java.util.stream.Collectors;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/**
 * Runs the tests of Sources.
 *
 * <pre>
 * java snipproof.Launcher ORDER                     runs one Source and exits
 * java snipproof.Launcher ORDER REQUESTS REPLIES    runs one Source after the other
 * </pre>
 *
 * REQUESTS and REPLIES are file descriptors. A reply <code>{"ready": true}</code> comes first; then each line that is
 * requested means that the file ORDER tells what to run, and is answered by <code>{"reusable": …}</code> when it is
 * over: whether nothing of the Source still runs in this JVM. ORDER holds, a line each, the folder for the results,
 * the path of the docs source, the separator, the time limit in seconds, and the full names of the Source's types.
 */
public final class Launcher {

    private static final String PARALLEL = "junit.jupiter.execution.parallel.enabled";

    /** The trace of the Source that runs, if one does. */
    private static volatile Trace running;

    private Launcher() {}

    public static void main(String[] args) throws IOException {
        Runtime.getRuntime().addShutdownHook(new Thread(Launcher::tellExit));
        Path order = Path.of(args[0]);
        if (args.length == 1) {
            run(Files.readAllLines(order));
            System.exit(0); // threads that the Source left do not matter
        }
        // Plain streams: a thread that a Source interrupts closes a channel that it reads.
        try (BufferedReader requests = new BufferedReader(new FileReader("/dev/fd/" + args[1]));
                OutputStream replies = new FileOutputStream("/dev/fd/" + args[2])) {
            LauncherFactory.create().execute(request(List.of(Launcher.class.getName()))); // loads what JUnit needs
            reply(replies, "ready", true);
            while (requests.readLine() != null) {
                reply(replies, "reusable", runAndRestore(Files.readAllLines(order)));
            }
        }
        System.exit(0);
    }

    private static void reply(OutputStream replies, String name, boolean value) throws IOException {
        replies.write(("{\"" + name + "\": " + value + "}\n").getBytes(StandardCharsets.US_ASCII));
    }

    private static LauncherDiscoveryRequest request(List<String> types) {
        return LauncherDiscoveryRequestBuilder.request()
                .selectors(types.stream().map(DiscoverySelectors::selectClass).collect(Collectors.toList()))
                .configurationParameter(PARALLEL, "false") // what is printed belongs to one Snippet at a time
                .build();
    }

    private static void run(List<String> order) throws IOException {
        Path folder = Path.of(order.get(0));
        List<String> types = order.subList(4, order.size());
        Trace trace = new Trace(order.get(1), types);
        System.setOut(stream(FileDescriptor.out));
        System.setErr(stream(FileDescriptor.err));
        try (OutputStream events = new FileOutputStream(folder.resolve("events").toFile(), true)) {
            Probe.begin(events, order.get(2));
            Thread watchdog = watch(trace, folder.resolve("hang"), Double.parseDouble(order.get(3)));
            running = trace;
            Report report = new Report(trace);
            try {
                LauncherFactory.create().execute(request(types), report);
            } catch (Throwable error) { // what JUnit itself does not survive, such as a lack of memory
                Probe.tell(trace.event(error));
            }
            running = null;
            watchdog.interrupt();
            Probe.flush();
            report.end();
            Probe.begin(OutputStream.nullOutputStream(), "");
        }
    }

    /** Runs a Source and undoes what it changed; returns whether nothing of it still runs. */
    private static boolean runAndRestore(List<String> order) throws IOException {
        Set<Thread> threads = Thread.getAllStackTraces().keySet();
        Properties properties = (Properties) System.getProperties().clone();
        Locale locale = Locale.getDefault();
        TimeZone zone = TimeZone.getDefault();
        ClassLoader loader = Thread.currentThread().getContextClassLoader();
        run(order);
        System.setProperties(properties);
        Locale.setDefault(locale);
        TimeZone.setDefault(zone);
        Thread.currentThread().setContextClassLoader(loader);
        Thread.interrupted();
        killChildren();
        return !leavesThreads(threads, new Trace("", order.subList(4, order.size())));
    }

    /** Returns a stream that keeps nothing back, and stays open for the next Source whatever this one does. */
    private static PrintStream stream(FileDescriptor descriptor) {
        OutputStream open = new FilterOutputStream(new FileOutputStream(descriptor)) {
            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                out.write(bytes, offset, length);
            }

            @Override
            public void close() throws IOException {
                flush();
            }
        };
        return new PrintStream(new BufferedOutputStream(open), true, StandardCharsets.UTF_8);
    }

    /** Starts a thread that writes down where this one stands when the time is over. */
    private static Thread watch(Trace trace, Path hang, double seconds) {
        Thread watched = Thread.currentThread();
        Thread watchdog = new Thread(() -> {
            try {
                Thread.sleep((long) (seconds * 1000));
                List<Integer> lines = trace.lines(watched.getStackTrace());
                if (!lines.isEmpty()) {
                    Files.writeString(hang, String.valueOf(lines.get(lines.size() - 1)));
                }
            } catch (InterruptedException | IOException error) {
                return; // it was in time, or there is no place to tell
            }
        });
        watchdog.setDaemon(true);
        watchdog.start();
        return watchdog;
    }

    /** Tells which line of the Source ended the JVM, if it was one. */
    private static void tellExit() {
        Trace trace = running;
        if (trace == null) {
            return;
        }
        for (StackTraceElement[] stack : Thread.getAllStackTraces().values()) {
            if (Arrays.stream(stack).anyMatch(Launcher::isExit)) {
                Probe.flush();
                Probe.tell("{\"exit\": " + trace.lines(stack) + "}");
            }
        }
    }

    private static boolean isExit(StackTraceElement frame) {
        return frame.getClassName().equals("java.lang.Runtime") && frame.getMethodName().equals("exit");
    }

    /** Kills all processes that the Source started: ours, and the orphans that the keeper, our parent, has adopted. */
    private static void killChildren() {
        ProcessHandle self = ProcessHandle.current();
        ProcessHandle top = self.parent().filter(Launcher::isKeeper).orElse(self);
        for (int attempt = 0; attempt < 10; attempt++) {
            List<ProcessHandle> left = top.descendants()
                    .filter(process -> process.pid() != self.pid() && process.isAlive())
                    .collect(Collectors.toList());
            if (left.isEmpty()) {
                return;
            }
            left.forEach(ProcessHandle::destroyForcibly);
        }
    }

    /** Returns whether a process has no other children than this JVM and what comes from it. */
    private static boolean isKeeper(ProcessHandle process) {
        return process.info().commandLine().filter(line -> line.contains("keeper.py")).isPresent();
    }

    /** Returns whether a thread that was started meanwhile runs code of the Source, or could do so yet. */
    private static boolean leavesThreads(Set<Thread> before, Trace trace) {
        return Thread.getAllStackTraces().entrySet().stream()
                .filter(entry -> !before.contains(entry.getKey()) && entry.getKey().isAlive())
                .anyMatch(entry -> !entry.getKey().isDaemon() || !trace.lines(entry.getValue()).isEmpty());
    }
}
