package snipproof;

/** One activation of a function: where it stands. */
public final class Frame {

    private final boolean isOwn;
    private int number;
    private int group;
    private boolean isBackground;
    private boolean failed;

    Frame(boolean isOwn) {
        this.isOwn = isOwn;
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

    /** Notes that an exception leaves the function. */
    public void failed() {
        failed = true;
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
        if (!failed && number != 0) {
            Probe.once(Signal.LEFT, number, group, isBackground);
        }
        if (group != 0) {
            move(0, 0);
        }
    }
}
