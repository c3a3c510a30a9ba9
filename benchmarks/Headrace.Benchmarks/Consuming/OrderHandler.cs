namespace Headrace.Benchmarks.Consuming;

/// <summary>The handler of both cases.</summary>
internal sealed class OrderHandler(Window window)
{
    private double _total;

    public void Handle(Order order)
    {
        // Something that the compiler cannot leave out.
        _total = Math.Max(_total, order.Total);
        window.Count();
    }
}
