package snipproof;

import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.TestExecutionResult.Status;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;

/** Writes the results of the tests of a Source to the events. */
final class Report implements TestExecutionListener {

    private final Trace trace;
    private int tests;

    Report(Trace trace) {
        this.trace = trace;
    }

    /** Ends the report. If this event is missing, the JVM ended before its tests did. */
    void end() {
        Probe.writeEvent("{\"summary\": {\"tests\": " + tests + "}}");
    }

    @Override
    public void executionStarted(TestIdentifier identifier) {
        if (identifier.isTest()) {
            tests++;
        }
    }

    @Override
    public void executionSkipped(TestIdentifier identifier, String reason) {
        reportSkipped(identifier, reason);
    }

    @Override
    public void executionFinished(TestIdentifier identifier, TestExecutionResult result) {
        if (result.getStatus() == Status.FAILED) {
            Probe.writeEvent(trace.event(result.getThrowable().orElseGet(() -> new AssertionError("the test failed"))));
        } else if (result.getStatus() == Status.ABORTED) {
            reportSkipped(identifier, result.getThrowable().map(Throwable::getMessage).orElse("aborted"));
        }
    }

    private static void reportSkipped(TestIdentifier identifier, String reason) {
        Probe.writeEvent("{\"skipped\": {\"name\": " + Json.text(identifier.getDisplayName()) + ", \"reason\": "
                + Json.text(String.valueOf(reason)) + "}}");
    }
}
