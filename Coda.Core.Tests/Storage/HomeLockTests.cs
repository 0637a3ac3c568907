using System.Diagnostics;
using System.Globalization;
using Coda.Core.Storage;
using Coda.Core.Tests.Hosting;

namespace Coda.Core.Tests.Storage;

public sealed class HomeLockTests : IDisposable
{
    private readonly CodaHome home = CodaHome.Open(Directory.CreateTempSubdirectory("coda-lock-").FullName);

    public void Dispose() => Directory.Delete(home.Root, recursive: true);

    [Fact]
    public void A_second_server_is_told_who_the_first_one_is_and_where()
    {
        using var first = HomeLock.Acquire(home);
        first.SetAddress("http://127.0.0.1:8000");

        var refusal = Assert.Throws<StartupException>(() => HomeLock.Acquire(home));

        Assert.Contains(Environment.ProcessId.ToString(CultureInfo.InvariantCulture), refusal.Message, StringComparison.Ordinal);
        Assert.Contains("http://127.0.0.1:8000", refusal.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(home.DatabasePath));
    }

    [Fact]
    public void Given_back_it_can_be_taken_again()
    {
        HomeLock.Acquire(home).Dispose();
        HomeLock.Acquire(home).Dispose();
    }

    [Fact]
    public async Task Another_process_holds_it_until_it_is_killed()
    {
        // flock(1) takes the same kind of lock as a server does.
        using var other = Process.Start(new ProcessStartInfo("flock", ["-x", "-n", home.LockPath, "-c", "echo held; exec sleep 1000"])
        {
            RedirectStandardOutput = true,
        })!;
        try
        {
            Assert.Equal("held", await other.StandardOutput.ReadLineAsync());
            Assert.Throws<StartupException>(() => HomeLock.Acquire(home));
        }
        finally
        {
            other.Kill(entireProcessTree: true);
            await other.WaitForExitAsync();
        }

        HomeLock? mine = null;
        await Wait.Until(() => TryAcquire(out mine));
        mine!.Dispose();
    }

    [Fact]
    public void It_keeps_another_process_out()
    {
        using var mine = HomeLock.Acquire(home);
        using var other = Process.Start("flock", ["-x", "-n", home.LockPath, "-c", "true"]);

        other.WaitForExit();

        Assert.NotEqual(0, other.ExitCode);
    }

    private bool TryAcquire(out HomeLock? taken)
    {
        try
        {
            taken = HomeLock.Acquire(home);
            return true;
        }
        catch (StartupException)
        {
            taken = null;
            return false;
        }
    }
}
