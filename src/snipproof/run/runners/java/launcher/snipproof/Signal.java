package snipproof;

import java.util.Locale;

/** What a probe reports. */
enum Signal {
    AT,
    DONE,
    LEFT,
    ENTER,
    MADE,
    EXIT,
    RETURNED,
    FAILED,
    CAUGHT;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
