using System.Diagnostics;
using System.Text;

namespace Headrace.Chaos.Members;

/// <summary>Where a member writes down what it does. A line is one write to the file itself, so that <c>kill -9</c> loses none that was written.</summary>
internal sealed class HandledFile(string path) : IDisposable
{
    private readonly FileStream _file = new(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read, bufferSize: 0);
    private readonly Lock _writing = new();

    public void Write(char what, HandledRecord record)
    {
        // The time is taken under the lock: a file is in the order of its times.
        lock (_writing)
        {
            _file.Write(Encoding.ASCII.GetBytes(new HandledLine(what, record, Stopwatch.GetTimestamp()).ToString()));
        }
    }

    public void Dispose() => _file.Dispose();
}
