using System.Runtime.InteropServices;
using Headrace.Benchmarks;
using Headrace.Benchmarks.Running;

// The program runs itself again for each case and for the dev broker, so that every one has a process of its own.
if (args is [CaseProcess.Role, ..])
{
    return await CaseProcess.ServeAsync(args[1..]);
}

if (args is [DevBrokerProcess.Role, ..])
{
    return await DevBrokerProcess.ServeAsync(args.ElementAtOrDefault(1));
}

if (!Arguments.TryParse(args, out var arguments, out var text))
{
    Console.WriteLine(text);
    return arguments is null ? 2 : 0;
}

using var cancelled = new CancellationTokenSource();
void Cancel(PosixSignalContext signal)
{
    signal.Cancel = true;
    cancelled.Cancel();
}

using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Cancel);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Cancel);
try
{
    return await Harness.RunAsync(arguments, cancelled.Token);
}
catch (OperationCanceledException)
{
    return 130;
}
catch (BenchmarkException failure)
{
    Console.Error.WriteLine($"error: {failure.Message}");
    return 1;
}
