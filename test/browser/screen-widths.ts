/**
 * The widths in pixels at which each page is checked. The width of a usual phone is between the other two, so it is
 * left to the nightly run, which sets the variable `ALL_SCREEN_WIDTHS`.
 */
export const screenWidths: readonly number[] = process.env.ALL_SCREEN_WIDTHS ? [320, 375, 1280] : [320, 1280]
