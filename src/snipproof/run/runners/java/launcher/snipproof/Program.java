package snipproof;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** A Source that is a program: its first class with a {@code public static void main(String[])}. */
final class Program implements Part {

    private final Class<?> type;
    private final Set<Thread> before;
    private final Trace trace;

    /**
     * @param type the class that has the {@code main}
     * @param before the threads that do not belong to the program
     */
    Program(Class<?> type, Set<Thread> before, Trace trace) {
        this.type = type;
        this.before = before;
        this.trace = trace;
    }

    /** Returns the first of {@code types} that can be run, {@code null} if none can. Nothing of them runs yet. */
    static Class<?> find(List<String> types) throws ClassNotFoundException {
        for (String name : types) {
            Class<?> each = Class.forName(name, false, Program.class.getClassLoader());
            if (main(each) != null) {
                return each;
            }
        }
        return null;
    }

    private static Method main(Class<?> type) {
        try {
            Method main = type.getMethod("main", String[].class);
            return Modifier.isStatic(main.getModifiers()) && main.getReturnType() == void.class ? main : null;
        } catch (NoSuchMethodException missing) {
            return null;
        }
    }

    /** Returns the threads that keep a JVM from ending and that started since. */
    static List<Thread> startedSince(Set<Thread> before) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> !thread.isDaemon() && !before.contains(thread))
                .collect(Collectors.toList());
    }

    @Override
    public int count() {
        return 1;
    }

    /** Calls the {@code main} and waits for all threads for which Java would wait. */
    @Override
    public void run() {
        Probe.writeEvent("{\"program\": " + Json.text(type.getName()) + "}");
        try {
            Method main = main(type);
            main.setAccessible(true); // the class may be private to its package
            main.invoke(null, (Object) new String[0]);
        } catch (InvocationTargetException error) {
            report(error.getCause());
        } catch (Throwable error) { // such as that of a static initializer
            report(error);
        }
        for (List<Thread> left = startedSince(before); !left.isEmpty(); left = startedSince(before)) {
            left.forEach(Program::await);
        }
    }

    /** Reports the error that left the program, and prints it as Java does. */
    private void report(Throwable error) {
        Probe.flush();
        Probe.writeEvent(trace.event(error, "main", Probe.announced(error)));
        System.err.print("Exception in thread \"main\" ");
        error.printStackTrace();
    }

    private static void await(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException again) {
            Thread.interrupted(); // by the program: Java would wait, too
        }
    }
}
