using System.Globalization;

namespace Headrace.Cli.Output;

/// <summary>Says on standard error, at most once a second, how far long work is.</summary>
internal sealed class ProgressLines(TimeProvider time) : IProgress<RedriveProgress>
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private long _said;

    public void Report(RedriveProgress value)
    {
        if (_said == 0 || time.GetElapsedTime(_said) >= Pause)
        {
            _said = time.GetTimestamp();
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{value.Done:N0} done; looked at {value.Scanned:N0} of {value.ToScan:N0}"));
        }
    }
}
