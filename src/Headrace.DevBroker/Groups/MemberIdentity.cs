namespace Headrace.Broker.Groups;

/// <summary>How a request names a member: by the id it was given (empty: none yet), and by the instance id of a static member.</summary>
internal readonly record struct MemberIdentity(string MemberId, string? InstanceId = null)
{
    public bool HasNoId => MemberId.Length == 0;
}
