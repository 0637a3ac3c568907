using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Coda.Core.Tests.Hosting;

namespace Coda.Core.Tests.Screens;

/// <summary>
/// The pages' own xterm.js, in Node (<c>client/oracle</c>). It says what a screen must be: its whole state as text, in the format that
/// <c>client/oracle/dump.ts</c> describes. One thread asks; answers come in the order of the questions.
/// </summary>
public sealed class Oracle : IDisposable
{
    /// <summary>The answer when xterm.js threw begins with this; such a case proves nothing.</summary>
    internal const string Threw = "threw ";

    // For one case. What takes longer is taken for a loop without end.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly Process process = Start();
    private readonly Stream orders;
    private readonly BlockingCollection<string> answers = [];
    private readonly Task reading;
    private int cases;

    public Oracle()
    {
        orders = new BufferedStream(process.StandardInput.BaseStream, 1 << 16);
        reading = Task.Factory.StartNew(Read, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>The state after a case.</summary>
    internal string Show(ScreenCase screen)
    {
        Ask(screen);
        return Answer();
    }

    /// <summary>Asks without waiting, so that the oracle works on it meanwhile.</summary>
    internal void Ask(ScreenCase screen)
    {
        var id = cases++;
        Order($"new {id} {screen.Size.Columns} {screen.Size.Rows} {screen.Scrollback}");
        foreach (var step in screen.Steps)
        {
            if (step.Size is { } size)
            {
                Order($"resize {id} {size.Columns} {size.Rows}");
            }
            else if (step.Output.Length > 0)
            {
                Order($"write {id} {step.Output.Length}");
                orders.Write(step.Output.Span);
            }
        }

        Order($"state {id}");
        Order($"dispose {id}");
        orders.Flush();
    }

    /// <summary>The answer to the oldest question that has none yet.</summary>
    internal string Answer() => answers.TryTake(out var answer, Limit)
        ? answer
        : throw new TimeoutException(process.HasExited ? "The oracle ended." : $"The oracle did not answer within {Limit}.");

    public void Dispose()
    {
        process.Kill();
        process.WaitForExit();
        reading.Wait();
        process.Dispose();
        answers.Dispose();
    }

    private static Process Start()
    {
        var client = Path.Combine(Repository.Root, "client");
        if (!Directory.Exists(Path.Combine(client, "node_modules")))
        {
            throw new DirectoryNotFoundException($"{client} has no packages yet: run npm ci there, or build the solution.");
        }

        return Process.Start(new ProcessStartInfo("node", ["oracle/start.mjs"])
        {
            WorkingDirectory = client, RedirectStandardInput = true, RedirectStandardOutput = true,
        })!;
    }

    private void Order(string words)
    {
        orders.Write(Encoding.ASCII.GetBytes(words));
        orders.WriteByte((byte)'\n');
    }

    private void Read()
    {
        using var source = new BufferedStream(process.StandardOutput.BaseStream, 1 << 16);
        while (Length() is { } length)
        {
            var bytes = new byte[length];
            if (source.ReadAtLeast(bytes, length, throwOnEndOfStream: false) < length)
            {
                return;
            }

            answers.Add(Encoding.UTF8.GetString(bytes));
        }

        int? Length()
        {
            var digits = new StringBuilder();
            for (int next; (next = source.ReadByte()) != '\n';)
            {
                if (next < 0)
                {
                    return null;
                }

                digits.Append((char)next);
            }

            return int.Parse(digits.ToString(), CultureInfo.InvariantCulture);
        }
    }
}
