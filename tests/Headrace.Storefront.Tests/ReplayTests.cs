using System.Text.Json;
using Headrace.Storefront.Tests.Testing;

namespace Headrace.Storefront.Tests;

/// <summary>A file of orders goes in over HTTP and comes out billed.</summary>
public sealed class ReplayTests(KafkaUnderTest kafka)
{
    private sealed record Sent(string OrderId, string? CustomerId);

    [Fact]
    public async Task A_replayed_file_is_counted_and_every_accepted_order_is_billed_once_in_its_customers_order()
    {
        var prefix = kafka.NewPrefix();
        var lines = new List<string>();
        for (var i = 0; i < 120; i++)
        {
            var customer = $"{prefix}c{i % 7}";
            lines.Add((i % 10) switch
            {
                3 => Orders.Json($"{prefix}{i}", null),
                5 => Orders.Json($"C{prefix}{i}", customer, quantity: -1),
                7 => Orders.Json($"{prefix}{i}", customer, quantity: 0),
                _ => Orders.Json($"{prefix}{i}", customer),
            });
        }

        await CheckAsync(lines, "accepted 84, cancelled 12, rejected 24 (no customer 12, quantity out of range 12)");
    }

    [Fact]
    public async Task The_512_real_invoices_end_in_the_counts_that_are_known()
    {
        var folder = Environment.GetEnvironmentVariable("HEADRACE_SHARED_DATA") ?? FindData();
        if (folder is null)
        {
            TestContext.Current.SendDiagnosticMessage("The 512 real invoices were not checked: there is no ../shared/data beside the checkout, and HEADRACE_SHARED_DATA is not set.");
            return;
        }

        // Orders and customers of their own for this run: the topics may hold an earlier one's.
        var prefix = kafka.NewPrefix();
        var lines = File.ReadLines(Path.Combine(folder, "online-retail-orders.jsonl"))
            .Select(line => line.Replace("\"customerId\":\"", $"\"customerId\":\"{prefix}", StringComparison.Ordinal)
                .Replace("{\"orderId\":\"C", $"{{\"orderId\":\"C{prefix}", StringComparison.Ordinal)
                .Replace("{\"orderId\":\"5", $"{{\"orderId\":\"{prefix}5", StringComparison.Ordinal))
            .ToList();

        await CheckAsync(lines, "accepted 401, cancelled 43, rejected 68 (no customer 68)");
    }

    private async Task CheckAsync(List<string> lines, string counts)
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllLinesAsync(file, lines, TestContext.Current.CancellationToken);
            var (exitCode, output) = await ShopProcess.RunAsync("--kafka", kafka.Address, "--port", "0", "--replay", file, "--exit");

            Assert.True(exitCode == 0, output);
            Assert.Contains(counts, output, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }

        var log = new KafkaLog(kafka.Address);
        AssertBilledInOrder(log, lines.Select(line => JsonSerializer.Deserialize<Sent>(line, JsonSerializerOptions.Web)!).ToList());
        Assert.Equal(0, log.Lag("billing", "orders"));
        Assert.Equal(0, log.Lag("notifications", "orders", "users"));
        Assert.Equal(0, log.Lag("analytics", "orders", "users", "payments"));
    }

    /// <summary>The orders in the log are the accepted ones in each customer's order of the file; the payments are the same.</summary>
    private static void AssertBilledInOrder(KafkaLog log, List<Sent> sent)
    {
        var customers = sent.Where(order => order.CustomerId is not null).Select(order => order.CustomerId!).ToHashSet();
        var accepted = IdsByCustomer(log.Read("orders").Where(entry => entry.Headers.Values.Contains("order.created")), customers);
        var billed = IdsByCustomer(log.Read("payments"), customers);
        Assert.Equal(accepted, billed);
        foreach (var (customer, ids) in accepted)
        {
            Assert.Equal(sent.Where(order => order.CustomerId == customer).Select(order => order.OrderId).Intersect(ids), ids);
        }
    }

    private static SortedDictionary<string, List<string>> IdsByCustomer(IEnumerable<KafkaLog.Entry> entries, HashSet<string> customers) => new(entries
        .Where(entry => customers.Contains(entry.Key!))
        .GroupBy(entry => entry.Key!)
        .ToDictionary(group => group.Key, group => group.Select(entry => JsonSerializer.Deserialize<Sent>(entry.Value!, JsonSerializerOptions.Web)!.OrderId).ToList()));

    private static string? FindData()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var data = Path.Combine(folder.FullName, "shared", "data");
            if (File.Exists(Path.Combine(data, "online-retail-orders.jsonl")))
            {
                return data;
            }
        }

        return null;
    }
}
