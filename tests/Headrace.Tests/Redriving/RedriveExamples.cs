using System.Text;
using Headrace.Tests.Testing;

namespace Headrace.Tests.Redriving;

/// <summary>The code of docs/dead-letters.md.</summary>
public sealed class RedriveExamples(KafkaUnderTest kafka)
{
    [Fact]
    public async Task Dead_letters_are_redriven_by_code()
    {
        await using var prepared = await Letters.CreateAsync(kafka);
        await prepared.WriteAsync(Enumerable.Range(0, 20));
        var (letters, group, said, cancellation) = (prepared.Service, prepared.Group, new List<string>(), TestContext.Current.CancellationToken);

        #region redrive
        var poor = new DeadLetterFilter { Exception = "NoMoneyException", Headers = new Dictionary<string, string?> { ["tenant"] = "acme" } };
        await foreach (var letter in letters.BrowseAsync(group, poor, cancellation))
        {
            said.Add($"{letter.Key} at {letter.Failure.Origin}: {letter.Failure.ExceptionMessage}");
        }

        var result = await letters.RedriveAsync(
            group,
            poor,
            new() { Rate = 500, Edit = (letter, copy) => copy with { Value = Encoding.UTF8.GetBytes($"repaired {letter.Key}") } },
            new Progress<RedriveProgress>(progress => said.Add($"{progress.Done} done, {progress.Scanned} of {progress.ToScan} seen")),
            cancellation);
        #endregion

        Assert.Equal(10, result.Done);
        Assert.Contains(said, line => line.EndsWith(": too poor", StringComparison.Ordinal));
    }
}
