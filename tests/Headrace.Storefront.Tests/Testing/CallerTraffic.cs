using System.Collections.Concurrent;
using System.Net;

namespace Headrace.Storefront.Tests.Testing;

/// <summary>Customers who order one thing after the other, each waiting for the answer: so the order of acceptance is known.</summary>
internal sealed class CallerTraffic(HttpClient http, string prefix)
{
    private const int Customers = 24;
    private readonly ConcurrentDictionary<string, List<string>> _accepted = new(StringComparer.Ordinal);
    private int _count;

    /// <summary>How many orders were accepted so far.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Ids of accepted orders in each customer's order.</summary>
    public IReadOnlyDictionary<string, List<string>> Accepted => _accepted;

    /// <summary>Posts until <paramref name="enough"/> fires; every order that is begun is seen to its end.</summary>
    public Task RunAsync(CancellationToken enough) => Task.WhenAll(Enumerable.Range(0, Customers).Select(customer => OrderAsync($"{prefix}{customer}", enough)));

    private async Task OrderAsync(string customer, CancellationToken enough)
    {
        var accepted = _accepted.GetOrAdd(customer, _ => []);
        for (var number = 0; !enough.IsCancellationRequested; number++)
        {
            var orderId = $"{customer}-{number}";
            using var response = await http.PostAsync("/orders", Orders.Json(orderId, customer));
            Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
            accepted.Add(orderId);
            Interlocked.Increment(ref _count);
        }
    }
}
