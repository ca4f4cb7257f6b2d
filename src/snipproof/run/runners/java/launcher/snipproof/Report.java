package snipproof;

import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.TestExecutionResult.Status;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;

/** Writes the results of the tests of a Source to the events. */
final class Report implements TestExecutionListener {

    private final Trace trace;
    private int tests;

    Report(Trace trace) {
        this.trace = trace;
    }

    /** Returns how many tests were started. */
    int tests() {
        return tests;
    }

    @Override
    public void executionStarted(TestIdentifier identifier) {
        if (identifier.isTest()) {
            tests++;
            Probe.writeEvent("{\"started\": " + Json.text(method(identifier)) + "}");
        }
    }

    @Override
    public void executionSkipped(TestIdentifier identifier, String reason) {
        reportSkipped(identifier, reason);
    }

    @Override
    public void executionFinished(TestIdentifier identifier, TestExecutionResult result) {
        if (identifier.isTest()) {
            Probe.writeEvent("{\"finished\": " + Json.text(method(identifier)) + "}");
        }
        if (result.getStatus() == Status.SUCCESSFUL && identifier.isTest()) {
            Probe.writeEvent("{\"ended\": " + Json.text(method(identifier)) + "}");
        } else if (result.getStatus() == Status.FAILED) {
            Throwable error = result.getThrowable().orElseGet(() -> new AssertionError("the test failed"));
            Probe.writeEvent(trace.event(error, method(identifier), Probe.announced(error)));
        } else if (result.getStatus() == Status.ABORTED) {
            reportSkipped(identifier, result.getThrowable().map(Throwable::getMessage).orElse("aborted"));
        }
    }

    private static void reportSkipped(TestIdentifier identifier, String reason) {
        Probe.writeEvent("{\"skipped\": {\"name\": " + Json.text(identifier.getDisplayName()) + ", \"test\": "
                + Json.text(method(identifier)) + ", \"reason\": " + Json.text(String.valueOf(reason)) + "}}");
    }

    /** Returns the name of the method of a test, "" for a class. */
    private static String method(TestIdentifier identifier) {
        return identifier.getSource()
                .filter(MethodSource.class::isInstance)
                .map(source -> ((MethodSource) source).getMethodName())
                .orElse("");
    }
}
