using System.Reflection;
using Coda.Core;
using Coda.Core.Server;
using Coda.Core.Terminals;
using Microsoft.AspNetCore.Connections;

namespace Coda.Web.Configuration;

/// <summary>The outermost frame of the process: what its operator can mend is a message and exit code 1, never a stack trace.</summary>
internal static class Launch
{
    /// <summary>Runs the server to its end; the result is the exit code.</summary>
    public static async Task<int> RunAsync(Func<Task> server)
    {
        if (!ServerProcess.HasDescriptors())
        {
            return 1;
        }

        try
        {
            // Before anything else: what this process knows is not for the programs in its terminals to read.
            if (Assembly.GetEntryAssembly() == typeof(Launch).Assembly)
            {
                // In a host of tests the process is another program's.
                CleanStart.Ensure(() => DiagnosticsOptions.AllowedBy(Environment.GetCommandLineArgs()[1..]));
            }

            ServerProcess.ForbidInspection();
            await server();
            return Environment.ExitCode;
        }
        catch (OperationCanceledException)
        {
            return 0; // told to stop while it started
        }
        catch (StartupException e)
        {
            return await FailAsync(e.Message);
        }
        catch (IOException e) when (e.InnerException is AddressInUseException)
        {
            return await FailAsync(
                $"{e.Message} Stop what listens there, or choose another address with --urls http://127.0.0.1:<port> (local mode) "
                + "or DATABRICKS_APP_PORT.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or System.Net.Sockets.SocketException)
        {
            return await FailAsync($"CoDA cannot continue: {e.Message}");
        }
        catch (Exception e)
        {
            // A fault of ours, which needs its stack trace; without it, the runtime would end the process by SIGABRT and a core dump.
            return await FailAsync($"CoDA cannot continue, because of a fault of its own. What it kept is safe.{Environment.NewLine}{e}");
        }
    }

    private static async Task<int> FailAsync(string message)
    {
        await Console.Error.WriteLineAsync(message);
        return 1;
    }
}
