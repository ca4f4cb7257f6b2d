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
import java.lang.reflect.InvocationTargetException;
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

/**
 * Runs Sources: their tests, else the {@code main} of a program.
 *
 * <pre>
 * java snipproof.Launcher JOB                       runs one Source and exits
 * java snipproof.Launcher JOB REQUESTS RESPONSES    runs one Source after the other
 * </pre>
 *
 * REQUESTS and RESPONSES are file descriptors. The first response is <code>{"ready": true}</code>. Then each line of a
 * request means that the file JOB describes the Source to run; the response is <code>{"reusable": …}</code> when the
 * run has ended: whether no code of the Source still runs in this JVM. JOB holds, one on each line, the folder for the
 * results, the path of the docs source, the separator, the time limit in seconds, and the full names of the Source's
 * types.
 */
public final class Launcher {

    /** The trace of the running Source, if there is one. */
    private static volatile Trace running;

    private Launcher() {}

    public static void main(String[] args) throws IOException {
        Runtime.getRuntime().addShutdownHook(new Thread(Launcher::reportExit));
        Path jobFile = Path.of(args[0]);
        if (args.length == 1) {
            run(Files.readAllLines(jobFile));
            System.exit(0); // threads that the Source left do not matter
        }
        // Plain streams: when a Source interrupts a thread that reads a channel, the channel is closed.
        try (BufferedReader requests = new BufferedReader(new FileReader("/dev/fd/" + args[1]));
                OutputStream responses = new FileOutputStream("/dev/fd/" + args[2])) {
            tests(List.of(Launcher.class.getName()), new Trace("", List.of())).run(); // loads what JUnit needs
            respond(responses, "ready", true);
            for (String line = requests.readLine(); line != null; line = requests.readLine()) {
                if (line.endsWith("{}")) { // else a Source wrote it, which writes to every open file
                    respond(responses, "reusable", runAndRestore(Files.readAllLines(jobFile)));
                }
            }
        }
        System.exit(0);
    }

    private static void respond(OutputStream responses, String name, boolean value) throws IOException {
        responses.write(("{\"" + name + "\": " + value + "}\n").getBytes(StandardCharsets.US_ASCII));
    }

    /** Returns the tests of {@code types}. Without JUnit on the class path, it does nothing. */
    private static Part tests(List<String> types, Trace trace) {
        try {
            return (Part) Class.forName("snipproof.Tests")
                    .getDeclaredConstructor(List.class, Trace.class)
                    .newInstance(types, trace);
        } catch (ClassNotFoundException missing) { // JUnit is not on the class path: that class was not compiled
            return Part.NOTHING;
        } catch (InvocationTargetException error) { // from JUnit, when it looks for tests
            throw error.getCause() instanceof Error ? (Error) error.getCause() : new Error(error.getCause());
        } catch (ReflectiveOperationException error) {
            throw new LinkageError("snipproof.Tests", error);
        }
    }

    /** Runs a Source and leaves its report open, for what may still run when the JVM ends. */
    private static void run(List<String> job) throws IOException {
        Path folder = Path.of(job.get(0));
        List<String> types = job.subList(4, job.size());
        Trace trace = new Trace(job.get(1), types);
        System.setOut(stream(FileDescriptor.out));
        System.setErr(stream(FileDescriptor.err));
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        Probe.begin(new FileOutputStream(folder.resolve("events").toFile(), true), job.get(2), types, trace);
        Thread.setDefaultUncaughtExceptionHandler((thread, error) -> reportThread(trace, thread, error));
        Thread watchdog = watch(trace, before, folder.resolve("hang"), Double.parseDouble(job.get(3)));
        running = trace;
        Part part = Part.NOTHING;
        try {
            part = tests(types, trace);
            Class<?> program = part.count() == 0 ? Program.find(types) : null;
            part = program == null ? part : new Program(program, before, trace);
            part.run();
        } catch (Throwable error) { // errors that JUnit itself does not catch, such as a lack of memory
            Probe.writeEvent(trace.event(error, "", ""));
        }
        running = null;
        watchdog.interrupt();
        Probe.flush();
        Probe.writeEvent("{\"summary\": {\"tests\": " + part.count() + "}}"); // if it is missing, the JVM ended before
    }

    /** Reports the exception that ended a thread, and prints it as Java does. */
    private static void reportThread(Trace trace, Thread thread, Throwable error) {
        Probe.flush();
        Probe.writeEvent(trace.event(error, "", "").replaceFirst("^\\{", "{\"if_shown\": true, "));
        System.err.print("Exception in thread \"" + thread.getName() + "\" ");
        error.printStackTrace();
    }

    /** Runs a Source and undoes its changes to the JVM; returns whether no code of it still runs. */
    private static boolean runAndRestore(List<String> job) throws IOException {
        Set<Thread> threads = Thread.getAllStackTraces().keySet();
        Properties properties = (Properties) System.getProperties().clone();
        Locale locale = Locale.getDefault();
        TimeZone zone = TimeZone.getDefault();
        ClassLoader loader = Thread.currentThread().getContextClassLoader();
        run(job);
        Probe.end();
        Thread.setDefaultUncaughtExceptionHandler(null);
        System.setProperties(properties);
        Locale.setDefault(locale);
        TimeZone.setDefault(zone);
        Thread.currentThread().setContextClassLoader(loader);
        Thread.interrupted();
        killChildren();
        return !leavesThreads(threads, new Trace("", job.subList(4, job.size())));
    }

    /** Returns a stream that flushes every write, and that a Source cannot close. */
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

    /** Starts a thread that writes the line at which this thread is when the time is up, else that of a newer one. */
    private static Thread watch(Trace trace, Set<Thread> before, Path hang, double seconds) {
        Thread watched = Thread.currentThread();
        Thread watchdog = new Thread(() -> {
            try {
                Thread.sleep((long) (seconds * 1000));
                List<Integer> lines = trace.lines(watched.getStackTrace());
                for (Thread each : Program.startedSince(before)) {
                    lines = lines.isEmpty() ? trace.lines(each.getStackTrace()) : lines;
                }
                if (!lines.isEmpty()) {
                    Files.writeString(hang, String.valueOf(lines.get(lines.size() - 1)));
                }
            } catch (InterruptedException | IOException error) {
                return; // the run ended in time, or the file cannot be written
            }
        });
        watchdog.setDaemon(true);
        watchdog.start();
        return watchdog;
    }

    /** Reports the line of the Source that ended the JVM, if there is one. */
    private static void reportExit() {
        Trace trace = running;
        if (trace == null) {
            return;
        }
        for (StackTraceElement[] stack : Thread.getAllStackTraces().values()) {
            if (Arrays.stream(stack).anyMatch(Launcher::isExit)) {
                Probe.flush();
                Probe.writeEvent("{\"exit\": " + trace.lines(stack) + "}");
            }
        }
    }

    private static boolean isExit(StackTraceElement frame) {
        return frame.getClassName().equals("java.lang.Runtime") && frame.getMethodName().equals("exit");
    }

    /** Kills all processes that the Source started: children of this JVM, and orphans that its keeper adopted. */
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

    /** Returns whether a process is the keeper, whose only other descendants come from this JVM. */
    private static boolean isKeeper(ProcessHandle process) {
        return process.info().commandLine().filter(line -> line.contains("keeper.py")).isPresent();
    }

    /** Returns whether a thread that the Source started runs code of the Source, or may still do so. */
    private static boolean leavesThreads(Set<Thread> before, Trace trace) {
        return Thread.getAllStackTraces().entrySet().stream()
                .filter(entry -> !before.contains(entry.getKey()) && entry.getKey().isAlive())
                .anyMatch(entry -> !entry.getKey().isDaemon() || !trace.lines(entry.getValue()).isEmpty());
    }
}
