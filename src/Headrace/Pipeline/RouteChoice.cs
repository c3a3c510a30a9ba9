namespace Headrace.Pipeline;

/// <summary>Where a record of a topic goes.</summary>
/// <param name="Route">The handler's way; <see langword="null"/> when no handler takes the record.</param>
/// <param name="Type">What the record said it is; <see langword="null"/> when it did not, though it should have. Empty for a tombstone.</param>
/// <param name="IsIgnored">Whether the type was mapped to be ignored.</param>
internal readonly record struct RouteChoice(HandlerRoute? Route, string? Type = "", bool IsIgnored = false);
