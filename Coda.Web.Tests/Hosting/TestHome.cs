using System.Runtime.CompilerServices;

namespace Coda.Web.Tests.Hosting;

/// <summary>Gives the whole test process a HOME of its own, so that no test reads or writes the developer's.</summary>
internal static class TestHome
{
    private static readonly TemporaryDirectory Home = new();

    [ModuleInitializer]
    internal static void Use()
    {
        Environment.SetEnvironmentVariable("HOME", Home.Path);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Home.Dispose();
    }
}
