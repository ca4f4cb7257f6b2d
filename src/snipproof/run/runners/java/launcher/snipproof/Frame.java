package snipproof;

/** One activation of a function: where it stands. */
public final class Frame {

    private final boolean isOwn;
    private final int function;
    private int since;
    private int number;
    private int group;
    private boolean isBackground;
    private boolean failed;

    Frame(boolean isOwn, int function) {
        this.isOwn = isOwn;
        this.function = function;
    }

    /**
     * Reports that a statement begins. An event is written when it runs for the first time, and when the run enters or
     * leaves a set of Regions (a group; 0 outside of all Regions), so a loop costs next to nothing.
     */
    public void at(int number, int group) {
        if (!isOwn) {
            return;
        }
        this.number = number;
        if (group != this.group) {
            move(number, group);
        } else if (group != 0) {
            Probe.once(Signal.AT, number, group, isBackground);
        }
    }

    private void move(int number, int group) {
        int before = this.group;
        boolean wasBackground = isBackground;
        this.group = group;
        if (group != 0) {
            isBackground = Probe.isBackground();
            Probe.come(number, group, isBackground);
        }
        if (before != 0) {
            Probe.go(before, wasBackground);
        }
    }

    /** Reports that a statement has ended. */
    public void done(int number) {
        if (isOwn) {
            Probe.once(Signal.DONE, number, group, isBackground);
        }
    }

    /** Returns the number of the statement that ran last: a {@code finally} may follow its {@code return}. */
    public int last() {
        return number;
    }

    /** Makes {@code number} that of the statement that ran last. */
    public void back(int number) {
        this.number = number;
    }

    /** Reports that an exception leaves the function; one complete pass is enough. */
    public void failed(Throwable error) {
        failed = true;
        if (isOwn && !Probe.isKnown(Signal.RETURNED, function)) {
            if (number != 0) {
                Probe.once(Signal.FAILED, number, group, isBackground);
            }
            Probe.failed(error, function);
        }
    }

    /** Reports which functions the exception has left that comes to a handler. */
    public void handles(int handler, Throwable error) {
        if (isOwn && error != null) {
            Probe.caught(handler, error, 0);
        }
    }

    /** Does so for a handler that has no name for the exception: it is the latest one. */
    public void handles(int handler) {
        handles(handler, Probe.lastFailure());
    }

    /** Notes that a statement begins that expects an exception. */
    public void expecting() {
        since = Probe.failures();
    }

    /** Reports the exceptions that a statement has expected. */
    public void expected(int handler) {
        if (isOwn) {
            Probe.caught(handler, null, since);
        }
    }

    /**
     * Reports an exception if that is what the {@code region} announces.
     *
     * @param numbers those of the statements of the Region that may raise it
     */
    public void caught(Throwable error, String region, int... numbers) {
        for (int each : numbers) {
            if (isOwn && each == number) {
                Probe.raised(error, region);
            }
        }
    }

    /** Reports that the function has returned, or that an exception has left it. */
    public void exit() {
        if (!isOwn) {
            return;
        }
        if (!failed) {
            Probe.once(Signal.RETURNED, function, group, isBackground);
            if (number != 0) {
                Probe.once(Signal.LEFT, number, group, isBackground);
            }
        }
        if (group != 0) {
            move(0, 0);
        }
    }
}
