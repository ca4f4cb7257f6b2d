package snipproof;

/** One activation of a function: where it stands. */
public final class Frame {

    /** Its number; negative if it reports nothing. */
    final int id;

    private int number;
    private int group;
    private boolean failed;

    Frame(int id) {
        this.id = id;
    }

    /**
     * Reports that a statement begins. An event is written when it runs for the first time, and when the run enters or
     * leaves a set of Regions (a group; 0 outside of all Regions), so a loop costs next to nothing.
     */
    public void at(int number, int group) {
        if (id < 0) {
            return;
        }
        this.number = number;
        if (group != this.group || (number != 0 && !Probe.isKnown("at", number))) {
            this.group = group;
            Probe.emit("at", number, id);
        }
    }

    /** Reports that a statement has ended. */
    public void done(int number) {
        if (id >= 0) {
            Probe.once("done", number, id);
        }
    }

    /** Notes that an exception leaves the function. */
    public void failed() {
        failed = true;
    }

    /** Reports that the function has returned, or that an exception has left it. */
    public void exit() {
        if (id < 0) {
            return;
        }
        if (!failed && number != 0) {
            Probe.once("left", number, id);
        }
        if (group != 0) {
            Probe.emit("exit", number, id);
        }
    }
}
