package snipproof;

/** What runs of a Source: its tests, or its program. */
interface Part {

    /** A Source that has neither. */
    Part NOTHING = new Part() {
        @Override
        public int count() {
            return 0;
        }

        @Override
        public void run() {}
    };

    /** Returns how many tests there are; a program is one. */
    int count();

    /** Runs them, and writes what fails to the events. */
    void run();
}
