using System.Net;
using Headrace.Consuming;
using Microsoft.Extensions.Logging.Abstractions;

namespace Headrace.Tests.Consuming;

public sealed class StaticMemberTests
{
    [Theory]
    [InlineData(false, null)]
    [InlineData(true, null)]
    [InlineData(true, "seat-3")]
    public void A_static_member_is_called_after_the_machine_unless_it_has_a_name(bool isStatic, string? given)
    {
        var settings = new Dictionary<string, string> { ["bootstrap.servers"] = "127.0.0.1:1" };
        if (given is not null)
        {
            settings["group.instance.id"] = given;
        }

        using var configuration = ConsumerConfiguration.ForMembership(new() { GroupId = "billing", ClientSettings = settings, StaticMember = isStatic }, NullLogger.Instance);

        Assert.Equal(given ?? (isStatic ? Dns.GetHostName() : ""), configuration.Get("group.instance.id") ?? "");
    }
}
