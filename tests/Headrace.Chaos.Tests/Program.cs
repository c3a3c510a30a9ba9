using Headrace.Chaos.Members;
using Xunit.Runner.InProc.SystemConsole;

namespace Headrace.Chaos;

internal static class Program
{
    /// <summary>The first argument with which this program is a member of the group instead of its tests.</summary>
    public const string MemberVerb = "member";

    /// <summary>The same with a handler that fails; the next argument says what becomes of the records.</summary>
    public const string FailingMemberVerb = "failing-member";

    public static async Task<int> Main(string[] args)
    {
        switch (args)
        {
            case [MemberVerb, var kafka, var topic, var group, var file]:
                await Member.RunAsync(kafka, topic, group, file);
                return 0;
            case [FailingMemberVerb, var way, var kafka, var topic, var group, var file]:
                await FailingMember.RunAsync(Enum.Parse<FailureWay>(way), kafka, topic, group, file);
                return 0;
            default:
                return args.Contains("--server") || args.Contains("--internal-msbuild-node")
                    ? await Xunit.MicrosoftTestingPlatform.TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions)
                    : await ConsoleRunner.Run(args);
        }
    }
}
