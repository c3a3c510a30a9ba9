namespace Storefront.Startup;

/// <summary>A consumer group that this program can run.</summary>
/// <param name="Name">The role's and the group's name.</param>
/// <param name="Topics">What it reads: where /status shows the lag of a group that runs in another process.</param>
/// <param name="Map">Maps the group's handlers.</param>
internal sealed record GroupRole(string Name, IReadOnlyList<string> Topics, Action<WebApplication> Map);
