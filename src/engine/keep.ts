/** What an ended run leaves behind is kept so long: far longer than an archive may replay its request. */
export const keepMs = 90 * 86_400_000;
