package snipproof;

import java.util.List;
import java.util.stream.Collectors;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.Launcher;
import org.junit.platform.launcher.TestPlan;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** The JUnit tests of a Source. Compiled only if JUnit is on the class path. */
final class Tests implements Part {

    private static final String PARALLEL = "junit.jupiter.execution.parallel.enabled";

    private final Launcher launcher = LauncherFactory.create();
    private final TestPlan plan;
    private final Report report;

    /** Finds the tests of {@code types}. */
    Tests(List<String> types, Trace trace) {
        report = new Report(trace);
        plan = launcher.discover(LauncherDiscoveryRequestBuilder.request()
                .selectors(types.stream().map(DiscoverySelectors::selectClass).collect(Collectors.toList()))
                .configurationParameter(PARALLEL, "false") // output must belong to one Snippet at a time
                .build());
    }

    /** Returns how many tests ran; before that, whether there are any. */
    @Override
    public int count() {
        return report.tests() == 0 && plan.containsTests() ? 1 : report.tests();
    }

    @Override
    public void run() {
        launcher.execute(plan, report);
    }
}
