using Storefront.Contracts;

namespace Storefront.Groups;

/// <summary>What analytics has seen since this process started. In memory: a view that outlives the process is a projection's business.</summary>
internal sealed class CountryView
{
    private readonly Dictionary<string, Country> _countries = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();
    private int _cancelled;
    private decimal _paid;

    public void Add(OrderCreated order)
    {
        lock (_lock)
        {
            var country = Find(order.Country);
            country.Orders++;
            country.Revenue += order.Total;
            country.Customers.Add(order.CustomerId);
        }
    }

    public void Add(UserRegistered user)
    {
        lock (_lock)
        {
            Find(user.Country ?? "unknown").Customers.Add(user.CustomerId);
        }
    }

    public void Add(PaymentProcessed payment)
    {
        lock (_lock)
        {
            _paid += payment.Amount;
        }
    }

    public void Cancel()
    {
        lock (_lock)
        {
            _cancelled++;
        }
    }

    /// <summary>A copy, the country with the most orders first.</summary>
    public CountryReport Read()
    {
        lock (_lock)
        {
            var rows = _countries
                .Select(country => new CountryReport.Row(country.Key, country.Value.Orders, country.Value.Revenue, country.Value.Customers.Count))
                .OrderByDescending(row => row.Orders).ThenBy(row => row.Country, StringComparer.Ordinal)
                .ToArray();
            return new(rows.Sum(row => row.Orders), _cancelled, rows.Sum(row => row.Revenue), _paid, rows.Sum(row => row.Customers), rows);
        }
    }

    private Country Find(string name)
    {
        if (!_countries.TryGetValue(name, out var country))
        {
            _countries.Add(name, country = new());
        }

        return country;
    }

    private sealed class Country
    {
        public int Orders { get; set; }

        public decimal Revenue { get; set; }

        public HashSet<string> Customers { get; } = new(StringComparer.Ordinal);
    }
}
